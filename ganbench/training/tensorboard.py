"""TensorBoard events of a run: losses at each tick, scores at each checkpoint, by the number of updates."""

from pathlib import Path

from ganbench.schema.events import Event, Finished, Progressed, Scored

FOLDER = "tensorboard"


class TensorBoardLog:
    """Writes what a run tells as events below its folder."""

    def __init__(self, folder: Path) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._writer = SummaryWriter(folder / FOLDER)

    def __call__(self, event: Event) -> None:
        """Take in what a run tells."""
        scalar = self._writer.add_scalar
        match event:
            case Progressed(_, _, speed, losses, "training", updates):
                scalar("speed/images_per_second", speed, updates)
                for name, value in losses.items():
                    scalar(f"loss/{name}", value, updates)
            case Scored(_, _, updates, scores):
                for score in scores:
                    if score.value is not None:
                        scalar(f"score/{score.name}", score.value, updates)
            case Finished():
                self._writer.close()
