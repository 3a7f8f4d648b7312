# See src/guest/calls.ts. Registers that the kernel leaves alone: x19 holds the next call.
.globl _start
_start:
        movz    x19, #0x1000
        movk    x19, #1, lsl #16
next:
        ldp     x8, x0, [x19]
        ldp     x1, x2, [x19, #16]
        ldp     x3, x4, [x19, #32]
        tbnz    x8, #63, enter
        svc     #0
        ldr     x9, [x19, #48]
        add     x19, x19, #64
        tbz     x0, #63, next
        cbz     x9, next
        mov     x0, x9
quit:
        mov     x8, #93                 // exit(status of the call)
        svc     #0
enter:
        str     x0, [sp, #8]            // execve(path, arguments, environment), the path as name
        ldr     x9, [sp]
        add     x1, sp, #8
        add     x2, x1, x9, lsl #3
        add     x2, x2, #8
        mov     x8, #221
        svc     #0
        mov     x0, #127
        b       quit
