"""The licence checker must refuse what it is there to refuse: python3 -m unittest -v test_licences"""

import unittest

import licences
from licences import LINKED, PERMISSIVE, LicenceError, allowed


def graph(**crates):
    """A made-up `cargo metadata`: each crate is (licence, {dependency: kind})."""
    crates = {name.replace("_", "-"): crate for name, crate in crates.items()}
    crates = {root: ("MIT OR Apache-2.0", {}) for root in licences.LINKED_ROOTS} | crates
    deps = lambda uses: [{"pkg": n, "dep_kinds": [{"kind": k}]} for n, k in uses.items()]
    return {
        "packages": [{"id": n, "name": n, "license": l} for n, (l, _) in crates.items()],
        "resolve": {"nodes": [{"id": n, "deps": deps(uses)} for n, (_, uses) in crates.items()]},
        "workspace_members": [n for n in crates if n.startswith("trunkline-")],
    }


def refused(**crates):
    found, _, _ = licences.problems(graph(**crates))
    return found


class Expressions(unittest.TestCase):
    def test_permissive_ones_pass(self):
        for expression in (
            "MIT",
            "MIT OR Apache-2.0",
            "Apache-2.0/MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "GPL-3.0-only OR BSD-3-Clause",
            "Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT",
        ):
            self.assertTrue(allowed(expression, LINKED), expression)

    def test_apache_alone_is_for_programs_only(self):
        for expression in ("Apache-2.0", "MIT AND Apache-2.0", "ISC AND (Apache-2.0 OR GPL-2.0)"):
            self.assertFalse(allowed(expression, LINKED), expression)
        self.assertTrue(allowed("ISC AND Apache-2.0", PERMISSIVE))

    def test_copyleft_and_unknown_ones_are_refused(self):
        for expression in (
            "GPL-2.0",
            "GPL-3.0-or-later",
            "LGPL-2.1-only",
            "AGPL-3.0",
            "MPL-2.0",
            "MIT AND GPL-2.0-only",
            "SSPL-1.0",
            "LicenseRef-Ours",
            "mit",
            "MIT WITH Surprise-exception",
        ):
            self.assertFalse(allowed(expression, PERMISSIVE), expression)

    def test_what_cannot_be_read_is_an_error(self):
        for expression in ("", "MIT OR", "(MIT", "MIT)", "AND MIT", "MIT Apache-2.0", "MIT WITH"):
            with self.assertRaises(LicenceError, msg=expression):
                allowed(expression, PERMISSIVE)


class Graphs(unittest.TestCase):
    def test_clean_graph(self):
        self.assertEqual(refused(), [])

    def test_gpl_is_refused_wherever_it_is(self):
        for kind in (None, "build", "dev"):
            found = refused(trunkline_ffi=("MIT", {"bad": kind}), bad=("GPL-2.0-only", {}))
            self.assertEqual(len(found), 1, kind)
            self.assertIn("GPL-2.0-only", found[0])

    def test_apache_reached_through_another_crate_is_linked(self):
        middle = ("MIT", {"deep": None})
        found = refused(
            trunkline_media_core=("MIT", {"middle": None}), middle=middle, deep=("Apache-2.0", {})
        )
        self.assertEqual(found, ["deep (linked): Apache-2.0 is not allowed there"])

    def test_apache_in_a_program_is_fine(self):
        self.assertEqual(
            refused(trunkline_hotline=("MIT", {"sip": None}), sip=("Apache-2.0", {})), []
        )

    def test_a_crate_without_licence_is_refused(self):
        self.assertEqual(len(refused(trunkline_hotline=("MIT", {"x": None}), x=(None, {}))), 1)

    def test_an_exception_holds_for_tools_only(self):
        tool = ("MPL-2.0", {})
        self.assertEqual(refused(trunkline_ffi=("MIT", {"cbindgen": "dev"}), cbindgen=tool), [])
        self.assertEqual(len(refused(trunkline_ffi=("MIT", {"cbindgen": None}), cbindgen=tool)), 1)
        other = ("GPL-2.0", {})
        self.assertEqual(len(refused(trunkline_ffi=("MIT", {"cbindgen": "dev"}), cbindgen=other)), 1)

    def test_a_missing_core_is_noticed(self):
        metadata = graph()
        metadata["workspace_members"].remove("trunkline-ivr-core")
        found, _, _ = licences.problems(metadata)
        self.assertEqual(found, ["trunkline-ivr-core: not in the workspace"])


if __name__ == "__main__":
    unittest.main()
