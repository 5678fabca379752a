// Which key does what? In the band, and on the page around it wherever nothing else wants the key.

const TYPED = "input:not([type=range]), textarea, select, [contenteditable]";
const PRESSED = "button, summary, a, [role=button], [role=tab], [role=option]";

class Keys {
  constructor($, band) {
    this.$ = $;
    this.bound = {
      a: () => band.pins.pin("a"),
      b: () => band.pins.pin("b"),
    };
    this.heard = (event) => this.press(event);
    document.addEventListener("keydown", this.heard);
  }

  // The target as it is inside the components: from outside they hide what is in them.
  press(event) {
    const target = event.composedPath()[0];
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (!(target instanceof Element) || target.closest(TYPED)) return;
    if (event.key === " " && target.closest(PRESSED)) return;
    const letter = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const action = this.bound[event.shiftKey && letter.startsWith("Arrow") ? `Shift+${letter}` : letter];
    if (!action) return;
    event.preventDefault();
    action();
  }

  dispose() {
    document.removeEventListener("keydown", this.heard);
  }
}
