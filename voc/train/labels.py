"""Learns the models that give each text its likeliest label: emotion and service intent."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from voc.train.data import read_all
from voc.train.heads import learn
from voc.types import EMOTIONS

EMOTION_SETS: tuple[str, ...] = ("weibo_emotion_usual", "weibo_emotion_virus")
INTENT_SETS: tuple[str, ...] = ("cic_intent",)


def train_emotion(datasets: Path) -> dict[str, npt.NDArray[np.generic]]:
    """Arrays of the emotion model."""
    rows = [row for row in read_all(datasets, EMOTION_SETS, "train") if row.fields["emotion"] in EMOTIONS]
    truth = np.array([[row.fields["emotion"] == label for label in EMOTIONS] for row in rows])
    return learn([row.text for row in rows], truth, EMOTIONS, buckets=1 << 20, cost=0.3).arrays()


def train_service_intent(datasets: Path) -> dict[str, npt.NDArray[np.generic]]:
    """Arrays of the service intent model."""
    rows = read_all(datasets, INTENT_SETS, "train")
    labels = sorted({row.fields["intent"] for row in rows})
    truth = np.array([[row.fields["intent"] == label for label in labels] for row in rows])
    return learn(
        [row.text for row in rows], truth, labels, buckets=1 << 17, cost=0.5, exclusive=True
    ).arrays()
