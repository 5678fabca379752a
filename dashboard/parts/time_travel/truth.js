// Where did the condition hold in this order? A band under the slider, and the way to every flip.

class Held {
  constructor($, scrubber) {
    this.$ = $;
    this.scrubber = scrubber;
    $("held-before").onclick = () => this.flip(-1);
    $("held-after").onclick = () => this.flip(1);
  }

  // `held` are [first, last] version of every stretch; null where nothing is asked.
  load(held, asked) {
    this.held = held;
    this.asked = asked;
    for (const id of ["held", "truth"]) this.$(id).toggleAttribute("hidden", !held);
    if (this.scrubber.version) this.move(this.scrubber.version);
  }

  // The versions where it began or ceased to hold.
  flips() {
    const { total } = this.scrubber.walk;
    return this.held.flatMap(([first, last]) => (last < total ? [first, last + 1] : [first]));
  }

  flip(direction) {
    if (!this.held) return;
    const { scrubber } = this;
    const flips = this.flips();
    const found =
      direction > 0
        ? flips.find((version) => version > scrubber.version)
        : flips.findLast((version) => version < scrubber.version);
    if (found) return scrubber.go(found);
    scrubber.say(`It does not change ${direction > 0 ? "after" : "before"} this version.`);
  }

  holds(version) {
    return this.held.some(([first, last]) => version >= first && version <= last);
  }

  move(version) {
    if (!this.held) return;
    const holds = this.holds(version);
    const { length } = this.held;
    const stretches = length === 1 ? "1 stretch" : `${count(length)} stretches`;
    const ever = length ? `held in ${stretches}` : "never held in this order";
    this.$("held-asked").textContent = this.asked;
    this.$("held-said").textContent = length ? `${holds ? "holds here" : "does not hold here"} · ${ever}` : ever;
    this.$("held").classList.toggle("now", holds);
    const flips = this.flips();
    this.$("held-before").disabled = !flips.some((flip) => flip < version);
    this.$("held-after").disabled = !flips.some((flip) => flip > version);
  }

  // From where it began to hold to where it ceased to; a stretch is seen however short it is.
  draw() {
    const { $, scrubber } = this;
    $("truth").replaceChildren();
    if (!this.held) return;
    const { walk, rail } = scrubber;
    const pattern = draw("pattern", HATCH, draw("defs", {}, $("truth")));
    draw("path", { d: "M-1 7 7 -1M-1 1 1 -1M5 7 7 5", class: "stroke" }, pattern);
    for (const [first, last] of merged(this.held, (version) => rail.ticks.x(version))) {
      const from = rail.ticks.x(first);
      const to = last < walk.total ? rail.ticks.x(last + 1) : rail.ticks.x(last) + EDGE;
      draw("rect", { x: from, y: 1, width: Math.max(2, to - from), height: 8, rx: 2 }, $("truth"));
    }
  }
}

const HATCH = { id: "hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse" };

// Stretches that share a pixel are one in the picture: a long order has thousands.
function merged(stretches, x) {
  const found = [];
  for (const [first, last] of stretches) {
    const before = found.at(-1);
    if (before && x(first) - x(before[1]) < 1) before[1] = last;
    else found.push([first, last]);
  }
  return found;
}
