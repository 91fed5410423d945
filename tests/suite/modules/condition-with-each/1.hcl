resource "terraform_data" "a" {
  for_each = toset(["x", "y"])
  input = each.key
  lifecycle {
    precondition {
      condition     = each.key != "y"
      error_message = "no"
    }
  }
}
