"""Inherited tests of what a module says to people, and of what it keeps about them."""

from __future__ import annotations

from sqlalchemy import String, inspect

from core.data.labels import label
from core.data.visibility import Attached
from core.language import LANGUAGES
from core.modules.dispatch import Module
from core.operation.catalogue_check import ARABIC, faults_of, not_arabic
from core.operation.catalogues import Source
from core.testing.basis import Basis
from core.testing.shape import models_of
from core.work.diff import personal_fields, sounds_personal


class Words(Basis):
    """Part of PluginCase."""

    def test_its_title_and_summary_are_arabic_and_english(self, module: Module) -> None:
        """Both languages, each in its own letters."""
        assert module.manifest is not None
        for texts in (module.manifest.title, module.manifest.summary):
            assert ARABIC.search(texts["ar"]), f"not Arabic: {texts['ar']!r}"
            assert not ARABIC.search(texts["en"]), f"not English: {texts['en']!r}"

    def test_its_strings_are_translated(self, module: Module) -> None:
        """Every message of its code is in both catalogues, whole, and the Arabic one is Arabic."""
        source = Source(self.plugin, (module.folder,), module.folder / "locales")
        faults = [fault for language in LANGUAGES for fault in faults_of(source, language)]
        faults += not_arabic(source)
        assert not faults, "\n".join(faults)

    def test_what_it_keeps_about_people_is_declared(self, module: Module) -> None:
        """Whoever erases or exports a person's data, and the audit, go by `__personal__` and plugin.toml."""
        for model in models_of(module):
            declared = personal_fields(inspect(model))
            texts = [
                column.key
                for column in inspect(model).column_attrs
                if isinstance(column.columns[0].type, String) and sounds_personal(column.key)
            ]
            forgotten = [
                name for name in texts
                if name not in declared and f"{model.__name__}.{name}" not in self.not_personal
            ]  # fmt: skip
            assert issubclass(model, Attached) or not forgotten, (
                f"{label(model)}: {', '.join(forgotten)} sounds personal; name it in __personal__ and in "
                f"plugin.toml, or in not_personal of this class if it says nothing about a person"
            )
