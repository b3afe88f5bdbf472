#!/usr/bin/env bash
# Deploys a release to an environment's stack, by the AWS CLI alone.
#   infra/deploy.sh ENVIRONMENT [plan|url]   plan: print what would change, as Markdown, and change nothing
# Takes AWS_ARTIFACT_BUCKET and, where the account has them, AWS_CLOUDFORMATION_ROLE_ARN and
# AWS_BOUNDARY_ARN: the outputs of infra/github-oidc.yaml.
# RELEASE is the folder of the release, .aws-sam/release if unset; PARAMETERS are parameters of the
# template, "Name=value Name=value", that are not in samconfig.toml or differ from it.
set -euo pipefail
cd "$(dirname "$0")/.."

environment=${1:?the environment: dev, staging or prod}
what=${2:-deploy}
release=${RELEASE:-.aws-sam/release}
stack="sprocketworks-$environment"

if [ "$what" = url ]; then
    exec aws cloudformation describe-stacks --stack-name "$stack" \
        --query "Stacks[0].Outputs[?OutputKey=='ApiUrl'].OutputValue" --output text
fi

: "${AWS_ARTIFACT_BUCKET:?the bucket for releases: an output of infra/github-oidc.yaml}"
read -r -a settings < <(python3 - "$environment" "${PARAMETERS:-}" <<'END'
import sys, tomllib

_, environment, more = sys.argv
with open("samconfig.toml", "rb") as file:
    settings = tomllib.load(file)[environment]["deploy"]["parameters"]["parameter_overrides"]
values = dict(each.split("=", 1) for each in f"{settings} {more}".split())
print(*(f"{name}={value}" for name, value in values.items()))
END
)
settings+=("ArtifactBucket=$AWS_ARTIFACT_BUCKET" "PermissionsBoundary=${AWS_BOUNDARY_ARN:-}")
settings+=("Settings=$(sha256sum <<< "${settings[*]}" | cut -c 1-16)")

options=(
    --stack-name "$stack"
    --template-file "$release/template.yaml"
    --s3-bucket "$AWS_ARTIFACT_BUCKET"
    --capabilities CAPABILITY_IAM CAPABILITY_AUTO_EXPAND
    --no-fail-on-empty-changeset
    --parameter-overrides "${settings[@]}"
)
if [ -n "${AWS_CLOUDFORMATION_ROLE_ARN:-}" ]; then
    options+=(--role-arn "$AWS_CLOUDFORMATION_ROLE_ARN")
fi

if [ "$what" = plan ]; then
    made=$(aws cloudformation deploy "${options[@]}" --s3-prefix plans --no-execute-changeset)
    change_set=$(grep -o 'arn:[^ ]*:changeSet/[^ ]*' <<< "$made" || true)
    if [ -z "$change_set" ]; then
        echo "Nothing would change in \`$stack\`."
        exit
    fi
    printf 'What would change in `%s`:\n\n| | resource | type | replaced |\n|---|---|---|---|\n' "$stack"
    aws cloudformation describe-change-set --change-set-name "$change_set" --output text \
        --query 'Changes[].ResourceChange.[Action,LogicalResourceId,ResourceType,Replacement]' |
        awk -F '\t' '{ print "| " $1 " | " $2 " | " $3 " | " ($4 == "None" ? "" : $4) " |" }' | sort
    exit
fi

aws s3 cp --recursive --only-show-errors "$release" "s3://$AWS_ARTIFACT_BUCKET" \
    --exclude template.yaml --exclude sbom.json
aws cloudformation deploy "${options[@]}" --s3-prefix templates || {
    # the CLI names no reason
    aws cloudformation describe-stack-events --stack-name "$stack" --max-items 300 --output text \
        --query "StackEvents[?ends_with(ResourceStatus, '_FAILED')].[LogicalResourceId,ResourceStatusReason]" >&2
    exit 1
}
