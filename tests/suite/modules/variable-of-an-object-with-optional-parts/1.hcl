variable "o" {
  type = object({
    a = string
    b = optional(number, 3)
    c = optional(list(string))
  })
  default = { a = 1 }
}
output "o" { value = var.o }
