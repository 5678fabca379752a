// How is every event drawn above the slider? As an icon or a tick, by form as well as colour.

const ROOMY = 26; // pixels per event from which each gets an icon of its own
const LANE = { up: [24, -1], line: [24, 0], down: [24, 1] };

class Ticks {
  constructor(box, marks) {
    this.box = box;
    this.marks = marks;
  }

  redraw(walk, scale, width) {
    Object.assign(this, { walk, scale, width });
    this.box.replaceChildren();
    this.marks.replaceChildren();
    const pace = (width - 2 * EDGE) / Math.max(1, walk.total - 1);
    if (pace >= ROOMY) this.icons(() => true);
    else this.crowd();
    if (scale.waits) this.clock();
  }

  x(version) {
    return EDGE + this.scale.share(version) * (this.width - 2 * EDGE);
  }

  icons(wanted) {
    let free = -Infinity;
    for (let version = this.walk.last; version >= this.walk.first; version--) {
      const kind = this.walk.kind(version);
      if (!wanted(kind) || Math.abs(free - this.x(version)) < ROOMY - 4) continue;
      free = this.x(version);
      this.icon(kind, free);
    }
  }

  icon(kind, x) {
    const group = draw("g", { class: `token ${kind.hue}`, transform: `translate(${x} 14)` });
    draw("circle", { r: 11 }, group);
    draw("path", { d: STROKES[kind.icon], transform: "translate(-6.4 -6.4) scale(.8)" }, group);
    this.box.append(group);
  }

  // Too many for icons: additions stand above a line, removals hang below it, the rest lies on it;
  // a column per three pixels, as tall as it holds events. Milestones keep their icons.
  crowd() {
    const columns = new Map();
    for (let version = this.walk.first; version <= this.walk.last; version++) {
      const { form, hue } = this.walk.kind(version);
      if (form === "milestone") continue;
      const key = `${Math.round(this.x(version) / 3)} ${form} ${hue}`;
      columns.set(key, (columns.get(key) ?? 0) + 1);
    }
    const most = Math.max(...columns.values(), 1);
    for (const [key, held] of columns) this.column(...key.split(" "), held / most);
    this.icons((kind) => kind.form === "milestone");
  }

  column(place, form, hue, share) {
    const [line, direction] = LANE[form];
    const height = direction ? 4 + 9 * share : 3;
    const y = direction < 0 ? line - 2 - height : direction > 0 ? line + 2 : line - 1.5;
    const box = { x: place * 3 - 1, y, width: 2, height, rx: 1, class: `bar ${hue}` };
    draw("rect", box, this.box);
  }

  // In true time: a point on the line for every event, and how long the waits were, where it fits.
  clock() {
    const place = (_, index) => Math.round(this.x(this.walk.first + index)) - 0.5;
    for (const x of new Set(this.walk.rows.map(place))) {
      draw("rect", { x, y: 39, width: 1, height: 5, class: "point" }, this.box);
    }
    for (const [before, after] of this.scale.waits()) this.wait(before, after);
  }

  wait(before, after) {
    const [from, to] = [this.x(before), this.x(after)];
    const told = after === before + 1 ? this.walk.event(after).gap.replace(/ later$/, "") : "";
    if (!told || to - from < 8 + 5.75 * told.length) return;
    const text = draw("text", { x: (from + to) / 2, y: 37, class: "wait" }, this.marks);
    text.textContent = told;
  }
}
