check "c" {
  assert {
    condition     = true
    error_message = "no"
  }
}
check "c" {
  assert {
    condition     = true
    error_message = "no"
  }
}
