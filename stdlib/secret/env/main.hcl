# A secret that whoever runs Landfall hands over.

data "environment_variable" "this" {
  name = var.env
}

output "value" {
  value = data.environment_variable.this.value
}
