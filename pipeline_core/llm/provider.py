"""Opens models by name, and closes their connections."""

import logging
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import httpx2
from pydantic_ai.models import Model, infer_model
from pydantic_ai.providers import Provider, infer_provider

from pipeline_core.llm.failures import UnknownProviderError
from pipeline_core.settings import Keys, OutputMode, Settings

_NO_KEY = "none"
"""Sent where our own endpoint asks for no key; the client insists on one."""


def full_name(name: str, settings: Settings) -> str:
    """Return a model's name with its provider; on one's own endpoint, that of OpenAI."""
    if settings.base_url is not None and _provider(name) is None:
        return f"openai-chat:{name}"
    return name.replace("openai:", "openai-chat:", 1) if name.startswith("openai:") else name


def short_name(name: str) -> str:
    """Return a model's name without its provider."""
    return name.partition(":")[2] or name


def output_mode(name: str, settings: Settings) -> OutputMode:
    """Return how a model is made to answer in a shape; `auto` where pydantic-ai knows best."""
    if settings.output_mode != "auto":
        return settings.output_mode
    provider = full_name(name, settings).partition(":")[0]
    if provider == "anthropic":
        return "tool"
    return "native" if provider.startswith("openai") else "auto"


@asynccontextmanager
async def open_model(name: str, settings: Settings) -> AsyncGenerator[Model, None]:
    """Yield the model `name`; its connections are its own and closed at the end.

    So a model never outlives its event loop, and a broken connection hurts nobody else.

    Raises:
        pydantic_ai.UserError: the name, the key or a package is missing.
        UnknownProviderError: the name begins with a provider that does not exist.
    """
    async with httpx2.AsyncClient(verify=_trust(), timeout=httpx2.Timeout(None, connect=10.0)) as http:
        model = infer_model(full_name(name, settings), lambda provider: _open(provider, http, settings))
        _silence_clients()
        async with model:
            yield model


def _open(provider: str, http: httpx2.AsyncClient, settings: Settings) -> Provider[Any]:
    secret = Keys().of(provider)
    key = secret.get_secret_value() if secret is not None else None
    if key is None and settings.base_url is not None:
        key = _NO_KEY
    if provider.startswith("openai"):
        from pydantic_ai.providers.openai import OpenAIProvider  # noqa: PLC0415

        return OpenAIProvider(base_url=settings.base_url, api_key=key, http_client=http)
    if provider == "anthropic":
        from pydantic_ai.providers.anthropic import AnthropicProvider  # noqa: PLC0415

        return AnthropicProvider(base_url=settings.base_url, api_key=key, http_client=http)
    try:
        return infer_provider(provider)
    except ValueError as error:
        raise UnknownProviderError(provider) from error


def _silence_clients() -> None:
    """Keep the clients from logging what they send and receive.

    Below warnings they log headers and bodies: prompts, and whatever a provider echoes, keys included.
    """
    for name in ("anthropic", "httpcore2", "httpx2", "openai"):
        logger = logging.getLogger(name)
        if logger.level < logging.WARNING:
            logger.setLevel(logging.WARNING)


def _provider(name: str) -> str | None:
    """Return the provider in a name; names of local models may hold colons of their own (`llama3:8b`)."""
    known = ("openai", "anthropic", "ollama", "google", "groq", "mistral", "openrouter", "azure", "bedrock")
    head, colon, _ = name.partition(":")
    return head if colon and head.startswith(known) else None


@cache
def _trust() -> ssl.SSLContext:
    """Return the trusted certificates, read once: that takes longer than all the rest of a client."""
    return ssl.create_default_context()
