"""The manifests of docs/oke against the schemas of Kubernetes, and against each other."""

from __future__ import annotations

import re
from pathlib import Path

import kubernetes_validate
import yaml

from common import Script, require

FOLDER = Path(__file__).parents[2] / "docs" / "oke"

# An older and a newer minor version: what both take, those between take as well.
VERSIONS = ("1.31", "1.34")

# Read by kustomize and by the gateway; the cluster never sees them.
NOT_MANIFESTS = {"kustomization.yaml", "config.yaml"}

# Applied by itself: it needs a volume with the prompts.
NOT_IN_THE_BASE = {"batch-job.yaml"}


def manifests() -> dict[str, dict]:
    """Every manifest by the name of its file."""
    files = sorted(path for path in FOLDER.glob("*.yaml") if path.name not in NOT_MANIFESTS)
    return {path.name: yaml.safe_load(path.read_text()) for path in files}


def base_is_complete() -> None:
    """The kustomization names every manifest of the folder but the job, and its files are there."""
    base = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
    named = set(base["resources"])
    require(named == set(manifests()) - NOT_IN_THE_BASE, f"the base names {sorted(named)}")
    for generator in base["configMapGenerator"]:
        for name in generator["files"]:
            require((FOLDER / name).is_file(), f"{name} is not there")


def patched(base: object, patch: object) -> object:
    """A manifest with a strategic merge patch of an overlay: lists whose items have names are merged by them."""
    if isinstance(base, dict) and isinstance(patch, dict):
        return base | {key: patched(base.get(key), value) for key, value in patch.items()}
    if isinstance(base, list) and isinstance(patch, list):
        old = {item["name"]: item for item in base}
        new = {item["name"]: patched(old.get(item["name"]), item) for item in patch}
        return list((old | new).values())
    return patch


def overlays() -> dict[str, dict]:
    """Every manifest that an overlay patches, as it is then."""
    every = manifests()
    result = {}
    # Beside the base, not in it: kustomize takes a folder that holds its own overlay for a cycle.
    for file in sorted(FOLDER.parent.glob("oke-*/kustomization.yaml")):
        overlay = yaml.safe_load(file.read_text())
        require(overlay["resources"] == ["../oke"], f"{file.parent.name} is not on the base")
        for patch in overlay["patches"]:
            path = file.parent / patch["path"]
            manifest = patched(every[path.name], yaml.safe_load(path.read_text()))
            result[f"{file.parent.name}/{path.name}"] = manifest
    return result


def overlays_agree() -> None:
    """What the configuration of an overlay refers to is in its pods."""
    for name, manifest in overlays().items():
        pod = manifest["spec"]["template"]["spec"]
        container = pod["containers"][0]
        text = (FOLDER.parent / name).with_name("config.yaml").read_text()
        variables = {variable["name"] for variable in container["env"]}
        used = set(re.findall(r"os\.environ/(\w+)", text))
        require(used <= variables, f"{name} lacks {used - variables}")
        mounts = {mount["mountPath"] for mount in container["volumeMounts"]}
        folder = str(Path(yaml.safe_load(text)["general_settings"]["keys_file"]).parent)
        require(folder in mounts, f"{name} does not mount {folder}")
        volumes = {volume["name"] for volume in pod["volumes"]}
        require({mount["name"] for mount in container["volumeMounts"]} <= volumes, f"{name}: volumes")


def names_agree() -> None:
    """What one manifest says of another is so."""
    every = manifests()
    pod = every["deployment.yaml"]["spec"]["template"]
    labels = pod["metadata"]["labels"].items()
    for name, selector in (
        ("service.yaml", every["service.yaml"]["spec"]["selector"]),
        ("pdb.yaml", every["pdb.yaml"]["spec"]["selector"]["matchLabels"]),
        ("deployment.yaml", every["deployment.yaml"]["spec"]["selector"]["matchLabels"]),
    ):
        require(selector.items() <= labels, f"{name} selects {selector}")
    account = every["serviceaccount.yaml"]["metadata"]["name"]
    require(pod["spec"]["serviceAccountName"] == account, "the pods have another account")
    target = every["hpa.yaml"]["spec"]["scaleTargetRef"]["name"]
    require(target == every["deployment.yaml"]["metadata"]["name"], f"{target} is scaled")
    container = pod["spec"]["containers"][0]
    ports = {port["name"] for port in container["ports"]}
    for probe in ("livenessProbe", "readinessProbe"):
        require(container[probe]["httpGet"]["port"] in ports, f"{probe} asks another port")
    drain = int(container["args"][container["args"].index("--drain") + 1])
    grace = pod["spec"]["terminationGracePeriodSeconds"]
    require(grace > drain, f"pods are killed after {grace} s and drain for {drain} s")


def main() -> None:
    """Checks each manifest with each version, then what they say of each other."""
    script = Script("kubernetes")
    for name, manifest in (manifests() | overlays()).items():
        for version in VERSIONS:

            def valid(manifest: dict = manifest, version: str = version) -> None:
                try:
                    kubernetes_validate.validate(manifest, version, strict=True)
                except kubernetes_validate.ValidationError as error:
                    # Its text holds the schema and the whole manifest.
                    require(False, f"{'.'.join(map(str, error.path))}: {error.message}")

            script.check(f"{name} with {version}", valid)
    script.check("the base is complete", base_is_complete)
    script.check("names agree", names_agree)
    script.check("overlays agree", overlays_agree)
    script.exit()


if __name__ == "__main__":
    main()
