"""What may be configured, in one place: the same for the command line, the core and Dagster.

Every field is an environment variable `SUITABILITY_<NAME>`. Keys are read from the environment only and
are never part of what is shown, stored or hashed.
"""

from typing import Any, Literal, Self

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableSettingError
from typing_extensions import override

from pipeline_core.errors import InputError

OutputMode = Literal["auto", "native", "tool", "prompted"]


class SettingsError(InputError):
    """Raised when an environment variable `SUITABILITY_...`, or what takes its place, cannot be used."""

    def __init__(self, variable: str, defect: str) -> None:
        super().__init__(f"{variable}: {defect}")


class Keys(BaseSettings):
    """Secrets. Read when a request is made, from the environment and nowhere else."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    suitability_api_key: SecretStr | None = None
    """`SUITABILITY_API_KEY`: for the endpoint at `SUITABILITY_BASE_URL`, and instead of the two below."""
    openai_api_key: SecretStr | None = None
    """`OPENAI_API_KEY`."""
    anthropic_api_key: SecretStr | None = None
    """`ANTHROPIC_API_KEY`. Other providers read the variable that their documentation names."""

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Leave out everything but the environment."""
        return (env_settings,)

    def of(self, provider: str) -> SecretStr | None:
        """Return the key for a provider, or None where there is none."""
        own = {"openai": self.openai_api_key, "anthropic": self.anthropic_api_key}
        return self.suitability_api_key or own.get(provider.partition("-")[0])


class Settings(BaseSettings):
    """How problems are judged by a language model, and how much of it."""

    model_config = SettingsConfigDict(
        env_prefix="SUITABILITY_", frozen=True, extra="forbid", env_ignore_empty=True
    )

    model: str | None = None
    """`provider:name`, e.g. `anthropic:claude-sonnet-5` or `openai:gpt-4o-mini`; with `base_url` the
    name may stand alone. None: the offline rubric judges, and nothing below matters."""
    models: dict[str, str] = Field(default_factory=dict[str, str])
    """Other models by task, e.g. `{"verdict": "...", "synthesis": "..."}`; `dimensions` stands for all
    of them. In the environment: JSON."""
    base_url: str | None = None
    """An OpenAI-compatible endpoint, e.g. `http://127.0.0.1:8080/v1`, or another address of the provider."""
    output_mode: OutputMode = "auto"
    """How a model is made to answer in a shape. `auto`: a JSON schema on OpenAI and compatible endpoints, a
    tool call on Anthropic, elsewhere what suits the model best."""
    use_tools: bool = True
    """Whether a model may call our two read-only tools while it scores a dimension."""
    temperature: float | None = Field(default=None, ge=0, le=2)
    """Left to the provider if None."""
    max_output_tokens: int = Field(default=2500, ge=200)
    """For one answer. The synthesis may use twice as much."""

    fallback: bool = True
    """Whether the rubric stands in, visibly and with lower confidence, where a model fails for good."""
    repairs: int = Field(default=1, ge=0, le=5)
    """How often a model may correct an answer of the wrong shape before the attempt fails."""
    max_tool_rounds: int = Field(default=2, ge=0, le=10)
    """How often a model may call tools in one attempt."""

    first_event_timeout: float = Field(default=30.0, gt=0)
    """Seconds until the first piece of an answer."""
    attempt_timeout: float = Field(default=90.0, gt=0)
    """Seconds for one attempt, tool calls and repairs included; waiting for a free slot is not."""
    task_timeout: float = Field(default=300.0, gt=0)
    """Seconds for all attempts of a task, from its first request on."""

    max_concurrent_requests: int = Field(default=20, ge=1)
    """Requests at once, over all threads of this process."""
    thread_token_budget: int | None = Field(default=None, ge=0)
    """Most tokens, input and output, that one thread may consume."""
    thread_cost_budget: float | None = Field(default=None, ge=0)
    """Most US dollars that one thread may cost. Needs known prices."""
    run_token_budget: int | None = Field(default=None, ge=0)
    """Most tokens for everything that one set of analyzers does."""
    run_cost_budget: float | None = Field(default=None, ge=0)
    """Most US dollars for everything that one set of analyzers does."""
    input_price: float | None = Field(default=None, ge=0)
    """US dollars per million input tokens, where the price list does not know the model; 0 for your own."""
    output_price: float | None = Field(default=None, ge=0)
    """US dollars per million output tokens; goes with `input_price`."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.input_price is None) != (self.output_price is None):
            raise ValueError("input_price and output_price go together: set both or none")
        names = [self.model, *self.models.values()]
        if self.base_url is None and any(name is not None and ":" not in name for name in names):
            raise ValueError(
                "a model is named provider:name, such as openai:gpt-4o-mini, unless base_url is set"
            )
        return self

    def model_for(self, task: str, dimensions: tuple[str, ...] = ()) -> str | None:
        """Return the name of the model for a task, or None if the rubric judges it."""
        if task in self.models:
            return self.models[task]
        if task in dimensions and "dimensions" in self.models:
            return self.models["dimensions"]
        return self.model


def read_settings(**given: Any) -> Settings:
    """Return the settings of the environment, with `given` in the place of what it says.

    Raises:
        SettingsError: a value is not what it should be. It is not repeated: somebody may have put a key
            in the wrong place.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = "_".join(("suitability", *map(str, first["loc"] or ("model",)))).upper()
        raise SettingsError(name, first["msg"].removeprefix("Value error, ")) from None
    except UnreadableSettingError:
        raise SettingsError("SUITABILITY_MODELS", "is not a JSON object") from None
