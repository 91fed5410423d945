output "a" { value = 1 }
output "b" { value = [1, "x", null, { k = true }] }
