"""All objects of `prod` pass the strict schemas of two versions of Kubernetes, and that of StarRocks' operator."""

import json
from pathlib import Path

import jsonschema
import kubernetes_validate
import pytest

from infra.settings import ROOT
from tests.unit.kubernetes.rendered import Object, Rendered, section

VERSIONS = ("1.32", "1.36")
SCHEMA = Path(__file__).parent / "starrockscluster.schema.json"
CUSTOM = {"StarRocksCluster"}


@pytest.mark.parametrize("version", VERSIONS)
def test_objects_pass_the_strict_schemas(rendered_prod: Rendered, version: str) -> None:
    checked = [each for each in rendered_prod.objects if each["kind"] not in CUSTOM]
    assert len(checked) > 150
    for each in checked:
        kubernetes_validate.validate(each, version, strict=True)


def test_the_schemas_find_an_unknown_field(rendered_prod: Rendered) -> None:
    wrong = json.loads(json.dumps(rendered_prod.of_kind("Deployment")["frontend"]))
    wrong["spec"]["template"]["spec"]["priorityClas"] = "high"
    for version in VERSIONS:
        with pytest.raises(kubernetes_validate.ValidationError, match="priorityClas"):
            kubernetes_validate.validate(wrong, version, strict=True)


def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))


def test_the_custom_resource_has_the_fields_of_the_operator(rendered_prod: Rendered) -> None:
    [cluster] = rendered_prod.of_kind("StarRocksCluster").values()
    assert list(_validator().iter_errors(cluster)) == []
    wrong: Object = json.loads(json.dumps(cluster))
    section(wrong, "spec", "starRocksBeSpec")["priorityClassName"] = "high"
    [error] = _validator().iter_errors(wrong)
    assert "priorityClassName" in error.message


def test_a_pods_parts_in_the_custom_resource_pass_kubernetes_schemas(rendered_prod: Rendered) -> None:
    [cluster] = rendered_prod.of_kind("StarRocksCluster").values()
    for kind, variables in (("Fe", "feEnvVars"), ("Be", "beEnvVars")):
        spec = section(cluster, "spec", f"starRocks{kind}Spec")
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "pod", "labels": spec["podLabels"]},
            "spec": {
                "affinity": spec["affinity"],
                "containers": [
                    {
                        "name": "starrocks",
                        "image": spec["image"],
                        "env": spec[variables],
                        "resources": {"requests": spec["requests"], "limits": spec["limits"]},
                        "securityContext": {"capabilities": spec["capabilities"]},
                    }
                ],
            },
        }
        for version in VERSIONS:
            kubernetes_validate.validate(pod, version, strict=True)


def test_no_object_names_a_file_of_this_machine(rendered_prod: Rendered) -> None:
    assert str(ROOT) not in json.dumps(list(rendered_prod.objects))


def test_up_reverts_manual_changes_of_every_object(rendered_prod: Rendered) -> None:
    unrepaired = [
        f"{each['kind']} {section(each, 'metadata')['name']}"
        for each in rendered_prod.objects
        if "annotations" not in section(each, "metadata")
        or section(each, "metadata", "annotations").get("pulumi.com/patchForce") != "true"
    ]
    assert unrepaired == []
