// Is it news, or the answer to what we said ourselves, and have perhaps long left?

class Echo {
  constructor() {
    this.said = [];
  }

  say(value) {
    this.said.push(value);
  }

  get awaited() {
    return this.said.length > 0;
  }

  // True where it is our own word that comes back; what was said before it needs no answer then.
  heard(value) {
    const own = this.said.lastIndexOf(value);
    this.said.splice(0, own + 1);
    return own >= 0;
  }

  forget() {
    this.said = [];
  }
}
