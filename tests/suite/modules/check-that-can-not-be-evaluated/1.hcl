resource "terraform_data" "a" {
  input = 1
}
check "c" {
  assert {
    condition     = tonumber("x") == 1
    error_message = "no"
  }
}
