"""What one run and one visitor may use, and where things are kept: settings from `UNROLL_*` variables.

Core checks these itself, because a browser's widget limits prove nothing. Left out: who is asking.
"""

from __future__ import annotations

from pathlib import Path

import platformdirs
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Folders and the device for predictions: `UNROLL_RUNS_DIR`, `UNROLL_STATE_DIR`, `UNROLL_DATA_DIR` ..."""

    model_config = SettingsConfigDict(env_prefix="UNROLL_", frozen=True)

    runs_dir: Path = Field(Path("runs"), validate_default=True, description="One folder a run.")
    state_dir: Path = Field(Path("state"), validate_default=True, description="Prepared data and uploads.")
    data_dir: Path = Field(
        Path(platformdirs.user_cache_dir("unroll")), description="Public data on this machine; may be read-only."
    )
    predict_device: str = Field("auto", pattern="^(auto|cpu|cuda|mps)$", description="Where predictions run.")
    slots: int = Field(0, ge=0, description="Runs at the same time; 0 chooses one a GPU, or one for two cores.")

    @field_validator("runs_dir", "state_dir", "data_dir")
    @classmethod
    def _make_absolute(cls, folder: Path) -> Path:
        """Processes of one server run in different folders and must mean the same one."""
        return folder.expanduser().absolute()


class Limits(BaseSettings):
    """The most that one run may ask for. Each is an environment variable, such as `UNROLL_MAX_STEPS`."""

    model_config = SettingsConfigDict(env_prefix="UNROLL_", frozen=True)

    max_parameters: int = Field(50_000_000, gt=0)
    max_steps: int = Field(1_000_000, gt=0)
    max_seconds: float = Field(86_400.0, gt=0)
    max_seq_len: int = Field(4_096, gt=0)
    max_batch_size: int = Field(4_096, gt=0)
    max_upload_bytes: int = Field(50_000_000, gt=0)
    max_rows: int = Field(1_000_000, gt=0)
    max_columns: int = Field(500, gt=0)
    max_prediction_tokens: int = Field(5_000, gt=0)
    max_prediction_inputs: int = Field(1_000, gt=0)
