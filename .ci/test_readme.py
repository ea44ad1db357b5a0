"""What README.md quotes is what the tests run: every code block of a language is a file's text,
but for attributes to Rust's lints; and what the Rust one prints is what it says."""

import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
QUOTED = {
    "rust": "acd-core/examples/hello.rs",
    "c": "examples/c/hello.c",
    "python": "examples/python/hello.py",
}


class Readme(unittest.TestCase):
    def test_code_blocks_are_the_examples(self):
        readme = (ROOT / "README.md").read_text()
        for language, file in QUOTED.items():
            blocks = re.findall(rf"```{language}\n(.*?)```", readme, re.S)
            with self.subTest(language=language):
                lines = (ROOT / file).read_text().splitlines(keepends=True)
                text = "".join(line for line in lines if not line.startswith("#!["))
                self.assertEqual(blocks, [text])

    def test_the_rust_example_runs(self):
        # As the workspace's tests have built it, so that it is not built once more.
        run = ["cargo", "run", "-q", "--locked", "--all-features", "--profile", "test"]
        run += ["--example", "hello"]
        said = subprocess.run(run, cwd=ROOT, check=True, capture_output=True, text=True).stdout
        self.assertEqual(said, "ring phone 101 for call 7\n")

    def test_linked_files_exist(self):
        for document in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
            for target in re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text()):
                if "://" not in target:
                    with self.subTest(document=document.name, target=target):
                        self.assertTrue((document.parent / target).exists())


if __name__ == "__main__":
    unittest.main()
