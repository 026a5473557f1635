"""What real faults look like in samples: one story each, all told on one world at once."""

from tests.e2e.truth.stories import (
    clocks,
    connectors,
    copying,
    idle,
    places,
    records,
    removed,
    silenced,
)

STORIES = (
    *copying.STORIES,
    *connectors.STORIES,
    *clocks.STORIES,
    *removed.STORIES,
    *records.STORIES,
    *places.STORIES,
    *idle.STORIES,
    *silenced.STORIES,
)
