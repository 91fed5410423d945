# A secret that nobody has to know.

resource "random_password" "this" {
  length  = var.length
  special = var.special
  keepers = var.rotate == null ? {} : { rotate = var.rotate }
}

output "value" {
  value = random_password.this.result
}
