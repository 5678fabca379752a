// Which two moments of the whole log are compared? Pins A and B, wherever the playhead goes.

const PINS = ["a", "b"];

class Pins {
  constructor($, band) {
    this.$ = $;
    this.band = band;
    for (const name of PINS) $(`pin-${name}`).onclick = () => this.pin(name);
  }

  // Here; or, where it is already, away with it.
  pin(name) {
    const { position } = this.band;
    this[name] = this[name] === position ? null : position;
    this.draw();
    this.band.tell("pinned", [name, this[name]]);
  }

  put([a, b]) {
    [this.a, this.b] = [a, b];
  }

  draw() {
    for (const name of PINS) this.flag(name);
  }

  flag(name) {
    const position = this[name];
    const letter = name.toUpperCase();
    const button = this.$(`pin-${name}`);
    const set = position !== null;
    const said = set ? `Pin ${letter}, at position ${number.format(position)}` : `Pin ${letter}`;
    button.setAttribute("aria-pressed", set);
    button.setAttribute("aria-label", said);
    const flag = this.$(`flag-${name}`);
    const share = set ? this.band.view.share(position) : -1;
    flag.hidden = share < 0 || share > 1;
    flag.style.left = `${100 * share}%`;
  }
}
