quench_test(test_sqlite
  SOURCES ../store/conformance.cpp sqlite_open_test.cpp sqlite_store_test.cpp
  LIBRARIES quench_sqlite quench_store_test_facts)
