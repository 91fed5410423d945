# A throwaway machine on this computer.

resource "sandbox_machine" "this" {
  memory = var.memory == null ? null : bytes(var.memory) / bytes("1MiB")
}

output "address" {
  value = sandbox_machine.this.address
}

output "host" {
  value = sandbox_machine.this.host
}
