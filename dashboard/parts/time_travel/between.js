// What became different between A and B, and which events explain it?

class Between {
  constructor($, scrubber) {
    this.$ = $;
    this.scrubber = scrubber;
  }

  tell() {
    const { pins, walk } = this.scrubber;
    if (this.$("between").hidden || !pins.both) return;
    const ends = [pins.a, pins.b].sort((one, other) => one - other);
    const held = ends.every((version) => walk.holds(version));
    this.$("between").replaceChildren(...(held ? this.told(...ends) : [this.elsewhere()]));
  }

  elsewhere() {
    const told = "One of the two moments is not in the part of this long history that is here.";
    return el("p", { class: "empty" }, told);
  }

  told(from, to) {
    const { walk, changes } = this.scrubber;
    const different = this.difference(from, to);
    const paths = new Set(different.map(([path]) => path));
    const touches = (version) => walk.patch(version).some(([path]) => paths.has(path));
    const between = Array.from({ length: to - from }, (_, index) => from + 1 + index);
    const explain = between.filter(touches);
    const rows = explain.slice(-MOST_CAUSES).map((version) => this.row(version));
    return [
      el("p", { class: "asked" }, el("b", {}, `v${count(from)} → v${count(to)}`)),
      ...changes.grouped(different),
      el("h4", {}, `${count(explain.length)} of ${count(between.length)} events explain it`),
      el("ol", { class: "causes" }, ...rows),
      rows.length < explain.length ? el("p", { class: "small" }, `The last ${rows.length} of them.`) : null,
    ].filter(Boolean);
  }

  // What it was first, what it became last; what came back to where it was is no difference.
  difference(from, to) {
    const { walk } = this.scrubber;
    const fields = new Map();
    for (let version = from + 1; version <= to; version++) {
      for (const [path, before, after] of walk.patch(version)) {
        fields.set(path, [path, fields.has(path) ? fields.get(path)[1] : before, after]);
      }
    }
    return [...fields.values()].filter(([, before, after]) => before !== after);
  }

  row(version) {
    const event = this.scrubber.walk.event(version);
    const { actor } = event.told;
    const button = el(
      "button",
      { type: "button" },
      el("span", { class: "when" }, el("span", { class: "no" }, `v${count(version)}`), event.at),
      el("span", {}, ...prose(event.sentence)),
      actor ? el("span", { class: "small" }, "by ", ...prose(actor)) : null,
    );
    button.onclick = () => this.scrubber.go(version);
    return el("li", {}, button);
  }
}
