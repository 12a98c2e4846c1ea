# ADTRACKER_REVISION: the git revision the build was configured at, "unknown" outside git. A new
# commit writes to git's log of HEAD, and so configures the build again. A build outside git may be
# told it: -D ADTRACKER_REVISION=...
if(NOT DEFINED ADTRACKER_REVISION)
    set(ADTRACKER_REVISION unknown)
endif()
find_program(GIT git)

function(git_answer variable)
    execute_process(COMMAND ${GIT} ${ARGN} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
        OUTPUT_VARIABLE answer RESULT_VARIABLE failed ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(failed)
        set(answer "")
    endif()
    set(${variable} "${answer}" PARENT_SCOPE)
endfunction()

# A source archive unpacked inside somebody else's repository must not take that one's revision.
if(GIT AND EXISTS ${PROJECT_SOURCE_DIR}/.git)
    git_answer(revision rev-parse --short=12 HEAD)
    git_answer(log rev-parse --git-path logs/HEAD)
    if(revision)
        set(ADTRACKER_REVISION ${revision})
    endif()
    get_filename_component(log "${log}" ABSOLUTE BASE_DIR ${PROJECT_SOURCE_DIR})
    if(EXISTS ${log} AND NOT IS_DIRECTORY ${log})
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${log})
    endif()
endif()
