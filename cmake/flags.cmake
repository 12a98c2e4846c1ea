# The one INTERFACE target with every flag: warnings, sanitizers, hardening. Nothing is set globally
# but what CMake has only as a variable (PIE and link-time optimisation).
include(CheckCCompilerFlag)

add_library(adtracker_flags INTERFACE)
target_include_directories(adtracker_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(adtracker_flags INTERFACE _GNU_SOURCE)
target_compile_options(adtracker_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
    -Wundef -Wformat=2 -Wcast-qual -Wwrite-strings -Wvla)

function(add_flags)
    target_compile_options(adtracker_flags INTERFACE ${ARGV})
    target_link_options(adtracker_flags INTERFACE ${ARGV})
endfunction()

if(ADTRACKER_WERROR)
    target_compile_options(adtracker_flags INTERFACE -Werror)
endif()

if(ADTRACKER_SANITIZE)
    add_flags(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
endif()

if(ADTRACKER_COVERAGE)
    add_flags(--coverage)
endif()

if(ADTRACKER_FUZZ)
    if(NOT CMAKE_C_COMPILER_ID MATCHES Clang)
        message(FATAL_ERROR "The fuzz targets need clang")
    endif()
    target_compile_options(adtracker_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

if(ADTRACKER_HARDEN)
    # Distributions predefine _FORTIFY_SOURCE with values of their own.
    target_compile_options(adtracker_flags INTERFACE
        -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong)
    foreach(flag -fstack-clash-protection -fcf-protection)
        string(MAKE_C_IDENTIFIER has${flag} known)
        check_c_compiler_flag(${flag} ${known})
        if(${known})
            target_compile_options(adtracker_flags INTERFACE ${flag})
        endif()
    endforeach()
    target_link_options(adtracker_flags INTERFACE -Wl,-z,relro,-z,now)

    include(CheckPIESupported)
    check_pie_supported(LANGUAGES C)
    set(CMAKE_POSITION_INDEPENDENT_CODE ON)

    include(CheckIPOSupported)
    check_ipo_supported(RESULT ipo OUTPUT why LANGUAGES C)
    if(ipo)
        set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
    else()
        message(WARNING "No link-time optimisation: ${why}")
    endif()
endif()
