"""Defects in how a provider is wired, and in what it makes of what is registered with it."""

from __future__ import annotations

from typing import Final

from support.defects.model import Defect, Edit

WIRING: Final = (
    Defect(
        "depends on the routing table that it stands behind",
        "PC501",
        "inference",
        (Edit("provider.py", "api_dependencies=[]", "api_dependencies=[Api.models]"),),
    ),
    Defect(
        "needs memory and does not declare it",
        "PC502",
        "agents",
        (Edit("provider.py", "[Api.inference, Api.safety, Api.memory]", "[Api.inference, Api.safety]"),),
    ),
    Defect(
        "looks into deps by a text",
        "PC502",
        "agents",
        (Edit("__init__.py", "deps.get(Api.telemetry)", 'deps.get("telemetry")'),),
    ),
    Defect(
        "makes one object for all entries of a run config",
        "PC503",
        "memory_volatile",
        (
            Edit(
                "__init__.py", "async def get_provider_impl(", "_MADE = []\n\n\nasync def get_provider_impl("
            ),
            Edit(
                "__init__.py",
                "    impl = VolatileMemory(config)\n",
                "    if not _MADE:\n        _MADE.append(VolatileMemory(config))\n    impl = _MADE[0]\n",
            ),
        ),
    ),
    Defect(
        "keeps banks on the class",
        "PC504",
        "memory_volatile",
        (
            Edit(
                "memory.py",
                "    memory_bank_store: MemoryBankStore  # set by the memory banks' routing table\n",
                "    memory_bank_store: MemoryBankStore\n    _banks: dict[str, MemoryBankDef] = {}\n"
                "    _shelves: dict[str, Shelf] = {}\n",
            ),
            Edit(
                "memory.py",
                "        self._banks: dict[str, MemoryBankDef] = {}\n"
                "        self._shelves: dict[str, Shelf] = {}\n",
                "",
            ),
        ),
    ),
    Defect(
        "opens its file in a pool of the module that shutdown closes",
        "PC505",
        "memory",
        (
            Edit(
                "memory.py",
                'T = TypeVar("T")\n',
                "from concurrent.futures import ThreadPoolExecutor\n\nT = TypeVar('T')\n"
                "_POOL = ThreadPoolExecutor(1)\n",
            ),
            Edit(
                "memory.py",
                "await asyncio.to_thread(PassageStore, self._config.db_path)",
                "await asyncio.get_running_loop().run_in_executor(_POOL, PassageStore, self._config.db_path)",
            ),
            Edit(
                "memory.py",
                "            self._store = None\n\n    async def list",
                "            self._store = None\n            _POOL.shutdown()\n\n    async def list",
            ),
        ),
    ),
    Defect(
        "takes an optional dependency for a required one",
        "PC506",
        "agents",
        (Edit("__init__.py", "deps.get(Api.telemetry)", "deps[Api.telemetry]"),),
    ),
)

_LIST_MODELS: Final = "return [model.model_copy(deep=True) for model in self._models.values()]"
_LIST_SHIELDS: Final = "return [shield.model_copy(deep=True) for shield in self._shields.values()]"
_LIST_BANKS: Final = "return [bank.model_copy(deep=True) for bank in self._banks.values()]"
_NEW_MODELS: Final = "        self._models: dict[str, ModelDef] = {}\n"

REGISTRY: Final = (
    Defect(
        "lists dictionaries",
        "PC601",
        "inference",
        (
            Edit(
                "inference.py", _LIST_MODELS, "return [model.model_dump() for model in self._models.values()]"
            ),
        ),
    ),
    Defect(
        "lists the identifiers alone",
        "PC601",
        "safety",
        (Edit("safety.py", _LIST_SHIELDS, "return list(self._shields)"),),
    ),
    Defect(
        "lists its banks as a dictionary",
        "PC601",
        "memory_volatile",
        (Edit("memory.py", _LIST_BANKS, "return dict(self._banks)"),),
    ),
    Defect(
        "takes identifiers apart that have no parts",
        "PC602",
        "safety",
        (
            Edit(
                "safety.py",
                "        self._rules[shield.identifier] = rules_of(shield)\n",
                '        _family = shield.identifier.split("-")[1]\n'
                "        self._rules[shield.identifier] = rules_of(shield)\n",
            ),
        ),
    ),
    Defect(
        "forgets the other shields when one is registered",
        "PC603",
        "safety",
        (
            Edit(
                "safety.py",
                "        self._shields[shield.identifier] = ShieldDef.model_validate(known_fields)",
                "        self._shields = {shield.identifier: ShieldDef.model_validate(known_fields)}",
            ),
        ),
    ),
    Defect(
        "accepts models and serves those of the configuration alone",
        "PC604",
        "inference",
        (
            Edit(
                "inference.py",
                "        self._models[model.identifier] = ModelDef.model_validate(known_fields)",
                "        if model.identifier in [own.identifier for own in self._config.models]:\n"
                "            self._models[model.identifier] = ModelDef.model_validate(known_fields)",
            ),
        ),
    ),
    Defect(
        "accepts shields and keeps them where no call looks",
        "PC604",
        "safety",
        (
            Edit(
                "safety.py",
                "        self._rules[shield.identifier] = rules_of(shield)\n",
                "        rules = rules_of(shield)\n        if shield in self._config.shields:\n"
                "            self._rules[shield.identifier] = rules\n",
            ),
        ),
    ),
    Defect(
        "breaks when a bank is registered again",
        "PC605",
        "memory",
        (Edit("store.py", " ON CONFLICT DO UPDATE SET definition = excluded.definition", ""),),
    ),
    Defect(
        "lists a shield twice that is registered twice",
        "PC605",
        "safety",
        (
            Edit(
                "safety.py",
                "        self._shields: dict[str, ShieldDef] = {}\n",
                "        self._shields: list[ShieldDef] = []\n",
            ),
            Edit("safety.py", "for shield in self._shields.values()]", "for shield in self._shields]"),
            Edit(
                "safety.py",
                "        self._shields[shield.identifier] = ShieldDef.model_validate(known_fields)",
                "        self._shields.append(ShieldDef.model_validate(known_fields))",
            ),
            # Starting twice is no second defect: what is configured is there once.
            Edit(
                "safety.py",
                "        for shield in self._config.shields:\n",
                "        for shield in self._config.shields if not self._shields else ():\n",
            ),
        ),
    ),
    Defect(
        "writes into the model that is registered",
        "PC606",
        "inference",
        (
            Edit(
                "inference.py",
                "        self._models[model.identifier] = ModelDef.model_validate(known_fields)",
                "        self._models[model.identifier] = ModelDef.model_validate(known_fields)\n"
                '        model.metadata["served_by"] = "reference"',
            ),
        ),
    ),
    Defect(
        "takes the provider out of the bank that is registered",
        "PC606",
        "memory_volatile",
        (
            Edit(
                "memory.py",
                '= memory_bank.model_copy(update={"provider_id": ""}, deep=True)',
                "= memory_bank.model_copy(deep=True)\n"
                '        memory_bank.provider_id = self._banks[identifier].provider_id = ""',
            ),
        ),
    ),
    Defect(
        "lists what is new since the last listing",
        "PC607",
        "inference",
        (
            Edit("inference.py", _NEW_MODELS, _NEW_MODELS + "        self._new: dict[str, ModelDef] = {}\n"),
            Edit(
                "inference.py",
                _LIST_MODELS,
                "new, self._new = self._new, {}\n"
                "        return [model.model_copy(deep=True) for model in new.values()]",
            ),
            Edit(
                "inference.py",
                "        self._models[model.identifier] = ModelDef.model_validate(known_fields)",
                "        self._models[model.identifier] = ModelDef.model_validate(known_fields)\n"
                "        self._new[model.identifier] = self._models[model.identifier]",
            ),
        ),
    ),
    Defect(
        "lists its banks by a cursor that is at the end after the first listing",
        "PC607",
        "memory_volatile",
        (
            Edit(
                "memory.py",
                "        self._shelves: dict[str, Shelf] = {}\n",
                "        self._shelves: dict[str, Shelf] = {}\n        self._cursor: Any = None\n",
            ),
            Edit(
                "memory.py",
                _LIST_BANKS,
                "self._cursor = self._cursor or iter(list(self._banks.values()))\n"
                "        return [bank.model_copy(deep=True) for bank in self._cursor]",
            ),
        ),
    ),
    Defect(
        "gives each listing other identifiers",
        "PC607",
        "safety",
        (
            Edit(
                "safety.py",
                _LIST_SHIELDS,
                "self._listings = getattr(self, '_listings', 0) + 1\n"
                "        return [s.model_copy(update={'identifier': f'{s.identifier}-{self._listings}'})\n"
                "                for s in self._shields.values()]",
            ),
        ),
    ),
    Defect(
        "gives its own list of shields away",
        "PC608",
        "safety",
        (
            Edit(
                "safety.py",
                "        self._rules: dict[str, Rules] = {}\n",
                "        self._rules: dict[str, Rules] = {}\n        self._listing: list[ShieldDef] = []\n",
            ),
            Edit("safety.py", _LIST_SHIELDS, "return self._listing"),
            Edit(
                "safety.py",
                "        self._shields[shield.identifier] = ShieldDef.model_validate(known_fields)",
                "        self._shields[shield.identifier] = ShieldDef.model_validate(known_fields)\n"
                "        self._listing[:] = self._shields.values()",
            ),
        ),
    ),
    Defect(
        "accepts models that no engine can serve",
        "PC611",
        "inference",
        (
            Edit("inference.py", "        if engine not in ENGINES:\n", "        if not engine:\n"),
            Edit(
                "inference.py",
                "        if engine not in self._engines:\n",
                "        if engine in ENGINES and engine not in self._engines:\n",
            ),
        ),
    ),
    Defect(
        "accepts banks of every type",
        "PC611",
        "memory_volatile",
        (
            Edit(
                "memory.py",
                "        if not isinstance(memory_bank, _KEPT):\n",
                "        if not identifier:\n",
            ),
        ),
    ),
    Defect(
        "does not look at its configuration",
        "PC614",
        "inference",
        (
            Edit(
                "__init__.py",
                "    impl = ReferenceInference(config)\n",
                "    impl = ReferenceInference(ReferenceInferenceConfig())\n",
            ),
        ),
    ),
    Defect(
        "gives every instance the configuration of the first",
        "PC614",
        "memory_volatile",
        (
            Edit(
                "__init__.py",
                "async def get_provider_impl(",
                "_CONFIGS = []\n\n\nasync def get_provider_impl(",
            ),
            Edit(
                "__init__.py",
                "    impl = VolatileMemory(config)\n",
                "    _CONFIGS.append(config)\n    impl = VolatileMemory(_CONFIGS[0])\n",
            ),
        ),
    ),
)
