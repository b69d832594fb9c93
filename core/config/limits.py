"""What one run and one visitor may use, and where things are kept: settings from `UNROLL_*` variables.

Two profiles fill in what is not set: `local` for one's own machine, which only guards against sizes that would bring
the machine down, and `hosted` for a server that strangers use. Core checks limits itself, because a browser's widget
limits prove nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from core.config.words import plural


class Settings(BaseSettings):
    """Folders, downloads and the device for predictions: `UNROLL_RUNS_DIR`, `UNROLL_DOWNLOADS` ..."""

    model_config = SettingsConfigDict(env_prefix="UNROLL_", frozen=True)

    runs_dir: Path = Field(Path("runs"), validate_default=True, description="One folder a run.")
    state_dir: Path = Field(Path("state"), validate_default=True, description="Prepared data and uploads.")
    data_dir: Path = Field(
        Path(platformdirs.user_cache_dir("unroll")), description="Public data on this machine; may be read-only."
    )
    predict_device: str = Field("auto", pattern="^(auto|cpu|cuda|mps)$", description="Where predictions run.")
    slots: int = Field(0, ge=0, description="Runs at the same time; 0 chooses one a GPU, or one for two cores.")
    backend: Literal["local", "ray"] = Field("local", description="Where trainings run: here, or on a Ray cluster.")
    ray_address: str = Field(
        "http://127.0.0.1:8265",
        pattern=r"^https?://[^/\s@?#]+/?$",
        description="Where the head of the cluster takes jobs.",
    )
    ray_token: SecretStr | None = Field(None, description="What the cluster wants to hear from who may run code on it.")
    ray_cpus: int = Field(2, ge=1, description="Processor cores of a node that one training takes.")
    ray_gpus: int = Field(0, ge=0, description="GPUs of a node that one training takes.")
    ray_python: str = Field(
        "python", pattern=r"^[\w./-]+$", description="The interpreter of nodes that share no folder."
    )
    address_header: str = Field(
        "", pattern=r"^[A-Za-z0-9-]*$", description="The header in which the host's own proxy writes from where it was "
        "asked, such as X-Forwarded-For; no other is believed.",
    )  # fmt: skip
    address_proxies: int = Field(1, ge=1, description="How many proxies of the host's write into that header.")

    downloads: Literal["on", "off", "list"] = Field("on", description="Which public data sets may be fetched.")
    download_ids: Annotated[tuple[str, ...], NoDecode] = Field(
        (), validate_default=True, description="Those of the list, with commas between them."
    )
    download_from_localhost: bool = Field(False, description="Public data may come from this machine, for tests.")

    hub: Literal["on", "off", "list"] = Field(
        "on", description="Which data sets of the Hugging Face Hub may be fetched."
    )
    hub_ids: Annotated[tuple[str, ...], NoDecode] = Field(
        (), validate_default=True, description="Those of the list, owner/name with commas between them."
    )
    hub_token: SecretStr | None = Field(
        None, description="A key for private data sets of the Hub; on a hosted server for those of the list only."
    )
    hub_endpoint: str = Field("https://huggingface.co", description="Where the Hub is; http on this machine only.")

    @field_validator("download_ids", "hub_ids", mode="before")
    @classmethod
    def _split_at_commas(cls, given: Any) -> Any:
        return tuple(part.strip() for part in given.split(",") if part.strip()) if isinstance(given, str) else given

    @field_validator("download_ids", "hub_ids")
    @classmethod
    def _go_with_the_list(cls, ids: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        """A list without its switch would be ignored in silence, and so would a switch without its list."""
        switch, named = (
            ("downloads", "first,second") if info.field_name == "download_ids" else ("hub", "owner/name,owner/name")
        )
        if bool(ids) != (info.data.get(switch) == "list"):
            raise ValueError(
                f"say UNROLL_{switch.upper()}=list together with UNROLL_{str(info.field_name).upper()}={named}"
            )
        return ids

    @field_validator("hub_endpoint")
    @classmethod
    def _must_be_safe(cls, address: str) -> str:
        """A key is sent there, so nobody on the way may read along."""
        if not re.fullmatch(r"https://[^/\s@?#]+|http://(localhost|127\.0\.0\.1)(:\d+)?", address.rstrip("/")):
            raise ValueError("an address like https://huggingface.co; http for this machine only")
        return address.rstrip("/")

    @field_validator("runs_dir", "state_dir", "data_dir")
    @classmethod
    def _make_absolute(cls, folder: Path) -> Path:
        """Processes of one server run in different folders and must mean the same one."""
        return folder.expanduser().absolute()


def _limit(local: float | None, hosted: float | None, sentence: str, **bounds: float) -> Any:
    """A limit: what it is on one's own machine, what on a hosted server (None: no limit), and its sentence."""
    return Field(local, gt=0, description=sentence, json_schema_extra={"hosted": hosted}, **bounds)  # type: ignore[call-overload]


class Limits(BaseSettings):
    """The most that runs and visitors may ask for. Each is an environment variable, such as `UNROLL_MAX_STEPS`.

    What is not set is filled in by the profile, `UNROLL_PROFILE`. None, in a variable the word `none`, is no limit.
    A field's description is its sentence, with `{}` for the number.
    """

    model_config = SettingsConfigDict(env_prefix="UNROLL_", frozen=True, env_parse_none_str="none")

    profile: Literal["local", "hosted"] = Field("local", description="Who uses this server.")
    max_parameters: int = _limit(500_000_000, 20_000_000, "A network has at most {} parameters.")
    max_steps: int | None = _limit(None, 100_000, "A training takes at most {} steps.")
    max_seconds: float | None = _limit(
        None, 1_800.0, "A training takes at most {}. It ends there with its best network; resumed or continued, it "
        "waits for its turn, and its time begins anew.",
    )  # fmt: skip
    max_judging_seconds: float | None = _limit(
        None, 600.0, "Judging a network at the end may take {} beyond that; a training that is not over by then is "
        "ended, and its best network so far is kept.",
    )  # fmt: skip
    max_seq_len: int = _limit(16_384, 2_048, "Sequences, windows and horizons are at most {} steps or tokens long.")
    max_batch_size: int = _limit(16_384, 512, "A batch has at most {} sequences.")
    max_upload_bytes: int = _limit(200_000_000, 20_000_000, "Data that you bring has at most {}.")
    max_upload_seconds: float = _limit(3_600.0, 300.0, "A file that you bring arrives within {}.")
    max_upload_memory_bytes: int | None = _limit(
        None, 400_000_000, "Files that open pages hold take at most {} of memory together, half of it from one network "
        "address.",
    )  # fmt: skip
    max_pasted_characters: int = _limit(2_000_000, 500_000, "What you paste has at most {} characters.", le=25_000_000)
    max_typed_bytes: int | None = _limit(
        None, 100_000_000, "What is pasted and typed into open pages takes at most {} of memory together, a quarter of "
        "it from one network address.",
    )  # fmt: skip
    max_pages: int | None = _limit(None, 300, "At most {} pages are open at the same time.")
    max_pages_per_address: int | None = _limit(
        None, 80, "At most {} pages are open at the same time from one network address."
    )
    max_visitor_uploads_bytes: int | None = _limit(
        None, 200_000_000, "All files that one visitor brought, with what was prepared from them, take at most {} of "
        "disk; those that no run uses go first.",
    )  # fmt: skip
    max_address_uploads_bytes: int | None = _limit(
        None, 1_000_000_000, "The files that were brought from one network address take at most {} of disk together."
    )
    max_uploads_bytes: int | None = _limit(
        None, 5_000_000_000, "The files that all visitors brought take at most {} of disk together; a visitor's first "
        "one takes the place of others that no run uses.",
    )  # fmt: skip
    max_idle_upload_seconds: float | None = _limit(
        2_592_000.0, 21_600.0, "A file that you brought goes {} after it was last used, unless a run was trained on "
        "it: then it goes with the last such run.",
    )  # fmt: skip
    max_download_bytes: int = _limit(2_000_000_000, 200_000_000, "A public data set that is fetched has at most {}.")
    max_download_seconds: float = _limit(7_200.0, 900.0, "Fetching a public data set takes at most {}.")
    max_hub_bytes: int | None = _limit(
        None, 5_000_000_000, "What was fetched from the Hugging Face Hub takes at most {} of disk; what was used "
        "longest ago goes first.",
    )  # fmt: skip
    max_rows: int = _limit(5_000_000, 200_000, "Data that you bring has at most {} rows.")
    max_columns: int = _limit(1_000, 200, "Data that you bring has at most {} columns.")
    max_reading_seconds: float = _limit(
        3_600.0, 30.0, "Reading data that you bring, or preparing any, takes at most {} of processor time."
    )
    max_reading_bytes: int | None = _limit(
        None, 1_200_000_000, "Reading data that you bring, or preparing any, takes at most {} of memory."
    )
    max_reply_bytes: int = _limit(64_000_000, 8_000_000, "What a page shows of data has at most {}.")
    max_chained_tags: int = _limit(
        200, 100, "A conditional random field has at most {} tags: its work grows with their square."
    )
    max_prediction_tokens: int = _limit(20_000, 2_000, "A prediction writes at most {} tokens.")
    max_prediction_inputs: int = _limit(10_000, 100, "A prediction reads at most {} texts at once.")
    max_running_per_visitor: int | None = _limit(None, 1, "Training at the same time: at most {} of a visitor's runs.")
    max_running_per_address: int | None = _limit(
        None, 8, "Training at the same time: at most {} runs from one network address."
    )
    max_queued_per_visitor: int | None = _limit(None, 5, "Waiting in the queue: at most {} of a visitor's runs.")
    max_queued_per_address: int | None = _limit(
        None, 40, "Waiting in the queue: at most {} runs from one network address."
    )
    max_queued: int | None = _limit(
        None, 100, "Waiting in the queue: at most {} runs in all; when it is full, a visitor's first run takes the "
        "place of somebody's second one.",
    )  # fmt: skip
    max_sweep_trials: int = _limit(1_000, 40, "A search of the settings tries at most {} of them.")
    max_sweep_seconds: float | None = _limit(
        None, 3_600.0, "The trainings of a search of the settings end {} after its start."
    )
    max_sweeps_per_visitor: int | None = _limit(
        None, 1, "On their way: at most {} of a visitor's searches of settings."
    )
    max_sweeps_per_address: int | None = _limit(
        None, 4, "On their way: at most {} searches of settings that were asked for from one network address."
    )
    max_downloads_per_address: int | None = _limit(
        None, 10, "On their way: at most {} public data sets that were asked for from one network address."
    )
    max_runs: int | None = _limit(
        None, 10_000, "The server keeps at most {} runs; those that never started go first, then the oldest finished "
        "ones that nobody pinned.",
    )  # fmt: skip
    max_run_bytes: int | None = _limit(
        None, 5_000_000_000, "All runs together take at most {} of disk; the oldest finished ones that nobody pinned "
        "go first.",
    )  # fmt: skip
    max_model_bytes: int = _limit(
        4_000_000_000, 500_000_000, "The server keeps at most {} of trained networks in memory."
    )
    max_worker_bytes: int | None = _limit(
        None, 4_000_000_000, "A training has at most {} of memory, on a server without a GPU."
    )
    max_quiet_seconds: float = _limit(
        3_600.0, 900.0, "A training that neither steps nor records anything for {} is ended."
    )

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, given: Any) -> Any:
        """What nobody set, as the profile has it."""
        is_hosted = isinstance(given, dict) and given.get("profile") == "hosted"
        return {**HOSTED, **given} if is_hosted else given

    def sentences(self) -> tuple[str, ...]:
        """Each limit that there is, in words for a visitor."""
        return tuple(
            str(field.description).format(_in_words(name, value))
            for name, field in type(self).model_fields.items()
            if name != "profile" and (value := getattr(self, name)) is not None
        )


HOSTED: Mapping[str, Any] = MappingProxyType(
    {name: field.json_schema_extra["hosted"] for name, field in Limits.model_fields.items() if name != "profile"}  # type: ignore[index]
)
"""What the hosted profile says, limit by limit."""


def _in_words(name: str, value: float) -> str:
    if name.endswith("_bytes"):
        return bytes_in_words(value)
    if name.endswith("_seconds"):
        return seconds_in_words(value)
    return f"{value:,}"


def bytes_in_words(value: float) -> str:
    """A size for people: 1.25 MB."""
    for size, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value:.0f} bytes"


def seconds_in_words(value: float) -> str:
    """A time for people: 30 minutes."""
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if value >= size and value % size == 0:
            return plural(int(value // size), unit)
    return plural(f"{value:,.4g}", "second")
