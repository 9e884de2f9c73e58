"""A client of Oracle's finds a file with a key that it can sign with."""

from __future__ import annotations

import configparser
import sys
import tempfile
from pathlib import Path

import pytest
from pydantic import BaseModel

from provider_conformance.configuration import credentials as module
from provider_conformance.configuration.credentials import credentials


class Oracle(BaseModel):
    oci_auth_type: str = "instance_principal"
    oci_config_file_path: str = "~/.oci/config"
    oci_region: str = "us-ashburn-1"


class Other(BaseModel):
    auth_type: str = "basic"
    config_file_path: str = "mine.ini"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_the_file_names_a_key(folder: Path) -> None:
    pytest.importorskip("cryptography", reason="the extra `backends` is not installed")
    made = credentials(Oracle())
    assert made["oci_auth_type"] == "config_file"
    written = configparser.ConfigParser()
    written.read(made["oci_config_file_path"])
    key = Path(written["DEFAULT"]["key_file"])
    assert folder in key.parents
    assert b"PRIVATE KEY" in key.read_bytes()


def test_without_what_makes_keys_nothing_is_set(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module._key.cache_clear()
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.rsa", None)
    assert credentials(Oracle()) == {}


def test_other_settings_are_left_alone(folder: Path) -> None:
    assert credentials(Other()) == {}
