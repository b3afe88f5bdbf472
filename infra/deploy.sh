#!/usr/bin/env bash
# Deploys the release in .aws-sam/release to an environment's stack, by the AWS CLI alone.
#   infra/deploy.sh ENVIRONMENT [plan|url]   plan: print what would change, change nothing
# Takes AWS_ARTIFACT_BUCKET and, where the account has them, AWS_CLOUDFORMATION_ROLE_ARN and
# AWS_BOUNDARY_ARN: the outputs of infra/github-oidc.yaml.
set -euo pipefail
cd "$(dirname "$0")/.."

environment=${1:?the environment: dev, staging or prod}
what=${2:-deploy}
stack="sprocketworks-$environment"

if [ "$what" = url ]; then
    exec aws cloudformation describe-stacks --stack-name "$stack" \
        --query "Stacks[0].Outputs[?OutputKey=='ApiUrl'].OutputValue" --output text
fi

: "${AWS_ARTIFACT_BUCKET:?the bucket for releases: an output of infra/github-oidc.yaml}"
read -r -a settings < <(python3 - "$environment" <<'END'
import sys, tomllib

with open("samconfig.toml", "rb") as file:
    print(tomllib.load(file)[sys.argv[1]]["deploy"]["parameters"]["parameter_overrides"])
END
)
settings+=("ArtifactBucket=$AWS_ARTIFACT_BUCKET" "PermissionsBoundary=${AWS_BOUNDARY_ARN:-}")

aws s3 cp --recursive --only-show-errors .aws-sam/release "s3://$AWS_ARTIFACT_BUCKET" \
    --exclude template.yaml --exclude sbom.json
options=(
    --stack-name "$stack"
    --template-file .aws-sam/release/template.yaml
    --s3-bucket "$AWS_ARTIFACT_BUCKET"
    --s3-prefix templates
    --capabilities CAPABILITY_IAM CAPABILITY_AUTO_EXPAND
    --no-fail-on-empty-changeset
    --parameter-overrides "${settings[@]}"
)
if [ -n "${AWS_CLOUDFORMATION_ROLE_ARN:-}" ]; then
    options+=(--role-arn "$AWS_CLOUDFORMATION_ROLE_ARN")
fi
if [ "$what" = plan ]; then
    options+=(--no-execute-changeset)
fi
aws cloudformation deploy "${options[@]}"
