"""Training the learned scorer walk-forward: each stretch of time gets a model that knows only what came before it."""

from collections.abc import Callable, Iterator

import msgspec
import numpy as np

from engine.model.errors import BadInput
from engine.model.market import DAY_MS, SPAN_MS, Bars, Flags, Floats
from strategies.learning import features
from strategies.learning.labels import labels
from strategies.learning.model import Block, Model, Recipe, fingerprint
from strategies.learning.trees import Boosted, Tree
from strategies.structure.closed import runs

Progress = Callable[[int, int], None]
"""Told blocks done and blocks in all."""


def train(bars: Bars, recipe: Recipe, progress: Progress | None = None) -> bytes:
    """The model file for these candles, one block for every `use_days` that begin after `fit_days` of them.

    BadInput when there is no such block, or every one of them knows one outcome only.
    """
    known, said = _table(bars, recipe), labels(bars, recipe.timeframe, recipe.horizon, recipe.fee)
    usable = np.isfinite(known.sum(axis=1) + said)
    blocks = []
    starts = list(_starts(bars, recipe))
    for done, start in enumerate(starts):
        if progress is not None:
            progress(done, len(starts))
        rows = usable & fitting(bars, recipe, start)
        if len(np.unique(said[rows])) == 2:
            blocks.append(
                Block(
                    start,
                    start + recipe.use_days * DAY_MS,
                    int(rows.sum()),
                    fingerprint(bars, start - recipe.fit_days * DAY_MS, start),
                    fit(known[rows], said[rows], recipe),
                )
            )
    if not blocks:
        raise BadInput(
            f"Nothing can be trained: {len(bars)} candles of {recipe.timeframe} hold no {recipe.fit_days} days with "
            "trades that pay on both sides before a block begins."
        )
    return msgspec.json.encode(Model(features.names(recipe.timeframe), recipe, tuple(blocks)))


def fitting(bars: Bars, recipe: Recipe, start: int) -> Flags:
    """The bars a block that starts then may learn from: of the days before it, less those whose label looks into it,
    less as many bars again as a trade lasts."""
    gap = (1 + 2 * recipe.horizon) * SPAN_MS[recipe.timeframe]
    return (bars.ts >= start - recipe.fit_days * DAY_MS) & (bars.ts + gap < start)


def fit(known: Floats, said: Floats, recipe: Recipe) -> Boosted:
    """Gradient boosting by scikit-learn, as arrays."""
    from sklearn.ensemble import GradientBoostingClassifier  # type: ignore[import-untyped]

    fitted = GradientBoostingClassifier(
        n_estimators=recipe.trees, max_depth=recipe.depth, learning_rate=recipe.rate, random_state=recipe.seed
    ).fit(known, said)
    share = float(fitted.init_.class_prior_[1])
    return Boosted(
        float(np.log(share / (1.0 - share))),
        recipe.rate,
        tuple(
            Tree(
                tuple(one.feature.tolist()),
                tuple(one.threshold.tolist()),
                tuple(one.children_left.tolist()),
                tuple(one.children_right.tolist()),
                tuple(one.value[:, 0, 0].tolist()),
            )
            for one in (stage[0].tree_ for stage in fitted.estimators_)
        ),
    )


def _starts(bars: Bars, recipe: Recipe) -> Iterator[int]:
    """Opening times of the blocks: days whose number is a multiple of `use_days`, with all days to learn from."""
    if not len(bars):
        return
    day = -(-int(bars.ts[0]) // DAY_MS) + recipe.fit_days
    last = int(bars.ts[-1]) // DAY_MS
    for number in range(-(-day // recipe.use_days) * recipe.use_days, last + 1, recipe.use_days):
        yield number * DAY_MS


def _table(bars: Bars, recipe: Recipe) -> Floats:
    """Features of every bar, each stretch without a missing bar by itself."""
    parts = [features.table(bars.slice(first, last), recipe.timeframe) for first, last in runs(bars, recipe.timeframe)]
    return np.concatenate(parts) if parts else np.empty((0, len(features.names(recipe.timeframe))))
