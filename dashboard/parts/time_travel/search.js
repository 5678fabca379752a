// Where is the next event of the same type? Across the edge of what has been fetched too.

class Search {
  constructor(scrubber) {
    this.scrubber = scrubber;
  }

  alike(direction) {
    const { walk, version } = this.scrubber;
    if (walk.holds(version)) this.look(walk.type(version), direction, version + direction);
  }

  look(type, direction, from) {
    const { scrubber } = this;
    const { walk } = scrubber;
    const found = walk.ofType(type, direction, from);
    if (found !== ABSENT) return scrubber.go(found);
    const edge = direction > 0 ? walk.last + 1 : walk.first - 1;
    if (edge < 1 || edge > walk.total) return scrubber.say(`No ${walk.kinds[type][0]} event there.`);
    scrubber.go(edge);
    this.goesOn = () => this.look(type, direction, edge);
  }

  // Somebody moved meanwhile: what was looked for no longer matters.
  forget() {
    this.goesOn = undefined;
  }

  arrived() {
    const { goesOn } = this;
    this.forget();
    goesOn?.();
  }
}
