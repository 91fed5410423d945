resource "terraform_data" "a" {
  count = 1
  input = 1
}
removed {
  from = terraform_data.a[1]
  lifecycle {
    destroy = false
  }
}
