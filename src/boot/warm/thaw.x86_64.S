.globl _start
_start:
 sub $64,%rsp
 xor %eax,%eax
 xor %edi,%edi
 mov %rsp,%rsi
 push $56
 pop %rdx
 syscall
 xor %edi,%edi
 mov %rsp,%rsi
 mov $227,%eax
 syscall
 mov %eax,%ebx
 push $1
 pop %rdi
 mov $0x40085203,%esi
 lea 16(%rsp),%rdx
 push $16
 pop %rax
 syscall
 or %eax,%ebx
 mov $0x5207,%esi
 push $16
 pop %rax
 syscall
 mov %ebx,%edi
 push $60
 pop %rax
 syscall
