// Which two moments are compared? Pins A and B stay where they were put, however one moves.

const PINS = ["a", "b"];

class Pins {
  constructor($, scrubber) {
    this.$ = $;
    this.scrubber = scrubber;
    for (const name of PINS) $(`pin-${name}`).onclick = () => this.pin(name);
    $("between-open").onclick = () => scrubber.aside.toggle("between");
  }

  get both() {
    return Boolean(this.a && this.b);
  }

  // Here; or, where it is already, away with it.
  pin(name) {
    const { scrubber } = this;
    const version = this[name] === scrubber.version ? null : scrubber.version;
    this.put({ a: this.a, b: this.b, [name]: version });
    scrubber.settle();
  }

  put({ a, b }) {
    [this.a, this.b] = [a ?? null, b ?? null];
    this.draw();
    const { aside } = this.scrubber;
    if (!this.both && aside.view === "between") aside.open("changed");
    this.scrubber.between.tell();
  }

  draw() {
    this.$("between-open").hidden = !this.both;
    this.$("flags").replaceChildren();
    for (const name of PINS) this.flag(name);
  }

  flag(name) {
    const version = this[name];
    const letter = name.toUpperCase();
    const button = this.$(`pin-${name}`);
    button.setAttribute("aria-pressed", Boolean(version));
    button.setAttribute("aria-label", version ? `Pin ${letter}, at v${count(version)}` : `Pin ${letter}`);
    button.textContent = version ? `${letter} v${count(version)}` : letter;
    if (!version) return;
    const x = this.scrubber.rail.ticks.x(version);
    const group = draw("g", { class: "flag", transform: `translate(${x} 0)` }, this.$("flags"));
    draw("path", { d: "M0 26V47" }, group);
    const text = draw("text", { y: 57 }, group);
    text.textContent = letter;
  }
}
