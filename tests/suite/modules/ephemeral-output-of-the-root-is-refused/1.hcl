output "e" {
  value     = 1
  ephemeral = true
}
