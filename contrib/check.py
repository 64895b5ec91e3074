"""What a schema cannot say: that each name which one part gives to another is there, and no secret stands where it is seen."""

import re
import sys

import yaml

SECRETS = ("FAL_KEY", "PGPASSWORD", "AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "FAL_TUI_WEBDAV_PASSWORD")
wrong = []


def held(true, said):
    if not true:
        wrong.append(said)


def compose(whole):
    services, secrets, volumes = whole["services"], whole["secrets"], whole["volumes"]
    for name, service in services.items():
        held("image" in service, f"{name} has no image")
        needed = service.get("depends_on", {})
        for other in needed:
            held(other in services, f"{name} needs {other}, which is none")
            if isinstance(needed, dict) and needed[other]["condition"] == "service_healthy":
                held("healthcheck" in services[other], f"{name} waits for {other} to be well, which nobody looks at")
        for secret in service.get("secrets", []):
            held(secret in secrets, f"{name} has a secret {secret}, which is none")
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            held(source.startswith(("$", ".", "/")) or source in volumes, f"{name} has a volume {source}, which is none")
        network = service.get("network_mode", "")
        if network.startswith("service:"):
            held(network.removeprefix("service:") in services, f"{name} is in the network of nobody")
        ledger = (service.get("environment") or {}).get("FAL_TUI_LEDGER", "")
        held(not re.search(r"://[^@/]*:[^@/]*@", ledger), f"{name} has the ledger's password in its address")


def kubernetes(documents):
    by_kind = {}
    for document in documents:
        by_kind.setdefault(document["kind"], []).append(document)
    keys = {one["metadata"]["name"]: set(one["stringData"]) for one in by_kind["Secret"]}
    maps = {one["metadata"]["name"] for one in by_kind["ConfigMap"]}
    for one in by_kind["ConfigMap"]:
        held(not set(one["data"]) & set(SECRETS), "a secret stands in a ConfigMap")
        held(":" not in re.sub(r"^\w+://|:\d+", "", one["data"]["FAL_TUI_LEDGER"]), "the ledger's password stands in its address")
    labels = []
    for job in by_kind["Job"]:
        name, spec = job["metadata"]["name"], job["spec"]
        pod = spec["template"]["spec"]
        labels.append(spec["template"]["metadata"]["labels"])
        mounted = {volume["name"] for volume in pod["volumes"]}
        for container in pod["containers"]:
            for mount in container["volumeMounts"]:
                held(mount["name"] in mounted, f"{name} mounts {mount['name']}, which is none")
            for source in container["envFrom"]:
                held(source["configMapRef"]["name"] in maps, f"{name} is set by a ConfigMap that is none")
            given = {variable["name"] for variable in container["env"]}
            for variable in container["env"]:
                secret = variable.get("valueFrom", {}).get("secretKeyRef")
                held(secret or variable["name"] not in SECRETS, f"{name} has {variable['name']} in plain sight")
                if secret:
                    held(secret["key"] in keys.get(secret["name"], ()), f"{name} asks for a secret that is none: {secret}")
            for named in re.findall(r"\$\((\w+)\)", " ".join(container["args"])):
                held(named in given, f"{name} says $({named}), which is not set")
            names = {container["name"] for container in pod["containers"]}
        for rule in spec.get("podFailurePolicy", {}).get("rules", []):
            held(rule.get("onExitCodes", {}).get("containerName", container["name"]) in names, f"{name}: a rule for nobody")
        if spec.get("completionMode") == "Indexed":
            held(spec["completions"] == spec["parallelism"], f"{name}: some workers would wait for others to end")
    for budget in by_kind["PodDisruptionBudget"]:
        wanted = budget["spec"]["selector"]["matchLabels"].items()
        held(any(wanted <= some.items() for some in labels), "the disruption budget is for nobody")
        held(isinstance(budget["spec"].get("minAvailable"), int), "of a Job only a number can be asked to stay")


first, *rest = sys.argv[1:]
with open(first) as file:
    compose(yaml.safe_load(file))
documents = []
for path in rest:
    with open(path) as file:
        documents += [document for document in yaml.safe_load_all(file) if document]
kubernetes(documents)
for said in wrong:
    print(said, file=sys.stderr)
sys.exit(1 if wrong else 0)
