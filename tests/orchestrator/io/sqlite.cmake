quench_test(test_sqlite
  SOURCES ../store/conformance.cpp sqlite_open_test.cpp sqlite_store_test.cpp
  LIBRARIES quench_sqlite quench_store_test_facts)

quench_test(test_optuna
  SOURCES sqlite_optuna_test.cpp
  LIBRARIES quench_sqlite quench_store_test_facts
  LABELS optuna)
target_compile_definitions(test_optuna PRIVATE QUENCH_OPTUNA_CHECK="${CMAKE_CURRENT_SOURCE_DIR}/check_optuna.py")
