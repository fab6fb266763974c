"""A person's mark of an answer. Pure: what a rubric comes to, and what is said of its levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.core.text import Phrase, Text

from ..types import Content, Criterion, Essay, Level


@dataclass(frozen=True, slots=True)
class Given:
    """What a person gives an answer: 0 to 1 of its mark, the level of each criterion by their keys, and a comment."""

    fraction: float
    levels: Mapping[str, str] = field(default_factory=dict)
    comment: str | None = None

    def says(self, fraction: float | None, levels: Mapping[str, str], comment: str | None) -> bool:
        """Whether it is what stands already."""
        same = fraction is not None and abs(fraction - self.fraction) < TINY
        return same and dict(levels) == dict(self.levels) and comment == self.comment


TINY = 1e-9  # what two fractions may differ by and be one


def rubric_of(content: Content) -> tuple[Criterion, ...]:
    """What an answer is judged by; nothing for most types."""
    return content.rubric if isinstance(content, Essay) else ()


def most_points(rubric: tuple[Criterion, ...]) -> float:
    """The points that the best levels of all criteria earn together."""
    return sum(max((level.points for level in criterion.levels), default=0.0) for criterion in rubric)


def by_rubric(rubric: tuple[Criterion, ...], levels: Mapping[str, str]) -> float | None:
    """The fraction that the chosen levels earn, 0 to 1; None while a criterion has none, or where nothing earns."""
    chosen = chosen_levels(rubric, levels)
    most = most_points(rubric)
    if len(chosen) < len(rubric) or most <= 0:
        return None
    return min(1.0, max(0.0, sum(level.points for _criterion, level in chosen) / most))


def chosen_levels(rubric: tuple[Criterion, ...], levels: Mapping[str, str]) -> list[tuple[Criterion, Level]]:
    """Each criterion with the level chosen for it, in the rubric's order; those without one are left out."""
    return [
        (criterion, level)
        for criterion in rubric
        for level in criterion.levels
        if level.key == levels.get(criterion.key)
    ]


def feedback_of(rubric: tuple[Criterion, ...], levels: Mapping[str, str]) -> list[Text]:
    """What the chosen levels tell who answered, in every language that has both: `Argument: clear and complete`."""
    return [_said(criterion.text, level.text) for criterion, level in chosen_levels(rubric, levels)]


def _said(criterion: Text, level: Text) -> Text:
    both = {tag: phrase for tag, phrase in level.phrases.items() if tag in criterion.phrases}
    return Text(
        {
            tag: Phrase(f"{criterion.phrases[tag].string}: {phrase.string}", phrase.source_hash)
            for tag, phrase in both.items()
        }
    )
