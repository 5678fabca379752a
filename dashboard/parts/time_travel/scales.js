// Where on the rail does an event lie? At even steps, of all or close up, or where the clock says.

const FINE = 10000; // steps of the slider in true time

class EvenSteps {
  constructor(walk) {
    this.total = walk.total;
    this.range = [1, walk.total];
    this.ends = [1, walk.total];
  }

  share(version) {
    return this.total > 1 ? (version - 1) / (this.total - 1) : 0;
  }

  nearest(share) {
    return Math.round(1 + share * (this.total - 1));
  }

  value(version) {
    return version;
  }

  read(value) {
    return value;
  }
}

// Even steps over the part of a long history that has been fetched: each has room to be hit.
class CloseUp extends EvenSteps {
  constructor(walk) {
    super(walk);
    [this.first, this.last] = [walk.first, walk.last];
    this.range = this.ends = [walk.first, walk.last];
  }

  share(version) {
    const share = (version - this.first) / Math.max(1, this.last - this.first);
    return Math.min(1, Math.max(0, share));
  }

  nearest(share) {
    return Math.round(this.first + share * (this.last - this.first));
  }
}

// Of a long history, the part that has been fetched. What came late lies where it happened.
class TrueTime {
  constructor(walk) {
    this.walk = walk;
    this.times = walk.rows.map((event) => Date.parse(event.iso));
    this.sorted = this.times.map((_, index) => index).sort((a, b) => this.times[a] - this.times[b]);
    this.ends = [this.sorted[0], this.sorted.at(-1)].map((index) => walk.first + index);
    [this.from, this.to] = this.ends.map((version) => this.time(version));
    this.range = [0, FINE];
  }

  time(version) {
    const index = Math.min(this.walk.last, Math.max(this.walk.first, version)) - this.walk.first;
    return this.times[index];
  }

  share(version) {
    return this.to > this.from ? (this.time(version) - this.from) / (this.to - this.from) : 0;
  }

  nearest(share) {
    const wanted = this.from + share * (this.to - this.from);
    let [low, high] = [0, this.sorted.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.times[this.sorted[middle]] < wanted) low = middle + 1;
      else high = middle;
    }
    const apart = (at) => Math.abs(this.times[this.sorted[at]] - wanted);
    const at = low > 0 && apart(low - 1) <= apart(low) ? low - 1 : low;
    return this.walk.first + this.sorted[at];
  }

  value(version) {
    return Math.round(this.share(version) * FINE);
  }

  read(value) {
    return this.nearest(value / FINE);
  }

  // The waits between neighbours, as `[version before, version after]`.
  waits() {
    const versions = this.sorted.map((index) => this.walk.first + index);
    return versions.slice(1).map((version, index) => [versions[index], version]);
  }
}
