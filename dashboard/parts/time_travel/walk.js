// Where are we, and what is there? The packed history, walked by applying patches.

const ABSENT = undefined;

class Walk {
  constructor(text) {
    Object.assign(this, JSON.parse(text));
    this.last = this.first + this.events.length - 1;
    this.rows = this.events.map((row) => this.named(row));
    this.byId = new Map(this.rows.map((event, index) => [event.id, this.first + index]));
    this.numbers = new Map(this.paths.map((path, number) => [path.join("\u0000"), number]));
    this.statusPath = this.number(["status"]) ?? -1;
    this.since = this.paths.map(() => []);
    this.patches.forEach((patch, index) => {
      for (const [path] of patch) this.since[path].push(this.first + index);
    });
    this.restart(this.first - 1, this.start);
  }

  named(row) {
    return Object.fromEntries(this.columns.map((column, index) => [column, row[index]]));
  }

  holds(version) {
    return version >= this.first && version <= this.last;
  }

  event(version) {
    const event = this.rows[version - this.first];
    event.told ??= JSON.parse(event.metadata);
    return event;
  }

  kind(version) {
    const [label, hue, icon, form] = this.kinds[this.type(version)];
    return { label, hue, icon, form };
  }

  // The number of a path; ABSENT if no event we hold and no state ever had it.
  number(path) {
    return this.numbers.get(path.join("\u0000"));
  }

  // The same; a path of a part of the history that is not here gets a number of its own.
  numbered(path) {
    const key = path.join("\u0000");
    if (!this.numbers.has(key)) {
      this.numbers.set(key, this.paths.push(path) - 1);
      this.since.push([]);
    }
    return this.numbers.get(key);
  }

  type(version) {
    return this.rows[version - this.first].type;
  }

  // The nearest event of a type, beginning with the version `from`; ABSENT where we hold none.
  ofType(type, direction, from) {
    let version = from;
    while (this.holds(version) && this.type(version) !== type) version += direction;
    return this.holds(version) ? version : ABSENT;
  }

  // The version one stride away: an event, or an operation (the events of one correlation).
  beyond(version, direction, stride) {
    if (stride !== "operation" || !this.holds(version)) return version + direction;
    const ends = this.operations();
    const found = direction > 0 ? ends.find((end) => end > version) : ends.findLast((end) => end < version);
    return found ?? version + direction;
  }

  // The last version of every operation.
  operations() {
    this.ends ??= this.rows
      .map((_, index) => this.first + index)
      .filter((version) => version === this.last || this.partOf(version) !== this.partOf(version + 1));
    return this.ends;
  }

  partOf(version) {
    return this.event(version).told.correlation_id ?? version;
  }

  restart(version, entries) {
    this.at = version;
    this.state = new Map(entries);
  }

  seek(version) {
    this.fromNearestKeyframe(version);
    for (; this.at < version; this.at++) this.apply(this.patches[this.at + 1 - this.first], 2);
    for (; this.at > version; this.at--) this.apply(this.patches[this.at - this.first], 1);
  }

  fromNearestKeyframe(version) {
    const near = (frame) => Math.abs(frame[0] - version);
    let best = null;
    for (const frame of this.keyframes) if (!best || near(frame) < near(best)) best = frame;
    if (best && near(best) + 64 < Math.abs(this.at - version)) this.restart(...best);
  }

  apply(patch, side) {
    for (const change of patch) {
      if (change[side] === null) this.state.delete(change[0]);
      else this.state.set(change[0], change[side]);
    }
  }

  patch(version) {
    return this.patches[version - this.first];
  }

  // The version that gave a field the value it has at `version`; ABSENT if it is older than us.
  setBy(path, version) {
    return this.since[path].findLast((changed) => changed <= version);
  }

  status() {
    return this.state.get(this.statusPath);
  }

  // When each status was reached, by the versions that changed it.
  reached(version) {
    const steps = new Map();
    for (const changed of this.since[this.statusPath] ?? []) {
      if (changed > version) break;
      steps.set(this.patch(changed).find(([path]) => path === this.statusPath)[2], changed);
    }
    return steps;
  }
}
