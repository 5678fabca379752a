// Where does this moment lie? Every event as a tick above the slider, by form as well as colour.

const EDGE = 13; // half the slider's thumb: the browser keeps it inside the track
const ROOMY = 26; // pixels per event from which each gets an icon of its own
const LANE = { up: [24, -1], line: [24, 0], down: [24, 1] };

class Rail {
  constructor($) {
    this.$ = $;
    this.slider = $("slider");
    this.slider.onpointermove = (event) => this.preview(event);
    this.slider.onpointerleave = () => ($("tip").hidden = true);
    this.watch = new ResizeObserver(() => this.walk && this.redraw());
    this.watch.observe($("rail"));
  }

  load(walk) {
    this.walk = walk;
    this.slider.max = walk.total;
    this.redraw();
  }

  x(version) {
    const share = this.walk.total > 1 ? (version - 1) / (this.walk.total - 1) : 0;
    return EDGE + share * (this.width - 2 * EDGE);
  }

  redraw() {
    this.width = this.$("rail").clientWidth;
    this.$("ticks").replaceChildren();
    const pace = (this.width - 2 * EDGE) / Math.max(1, this.walk.total - 1);
    if (pace >= ROOMY) this.icons(() => true);
    else this.crowd();
    this.move(this.version ?? 1);
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
    this.$("ticks").append(group);
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
    draw("rect", box, this.$("ticks"));
  }

  move(version) {
    this.version = version;
    this.slider.value = version;
    const x = this.x(version);
    this.$("passed").style.width = `${x}px`;
    this.$("ahead").style.left = `${x + EDGE}px`;
  }

  preview(event) {
    const { walk } = this;
    const left = this.slider.getBoundingClientRect().left;
    const share = (event.clientX - left - EDGE) / (this.width - 2 * EDGE);
    const version = Math.round(1 + Math.min(1, Math.max(0, share)) * (walk.total - 1));
    const tip = this.$("tip");
    tip.hidden = event.pointerType !== "mouse" || !walk.holds(version);
    if (tip.hidden) return;
    tip.textContent = `v${count(version)} · ${walk.kind(version).label} · ${walk.event(version).at}`;
    const half = tip.offsetWidth / 2;
    tip.style.left = `${Math.min(this.width - half, Math.max(half, this.x(version)))}px`;
  }

  dispose() {
    this.watch.disconnect();
  }
}
