resource "terraform_data" "a" {
  triggers_replace = 1
  input = 1
}
resource "terraform_data" "b" {
  lifecycle {
    replace_triggered_by = [terraform_data.a.triggers_replace]
  }
}
