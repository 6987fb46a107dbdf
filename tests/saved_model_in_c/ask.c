/* Ask a SavedModel one question, without Python.
 *
 *     ask FOLDER < REQUEST
 *
 * REQUEST has a line for each tensor:
 *     input OPERATION INDEX TYPE FILE RANK SIZE...    the file holds the raw values
 *     output OPERATION INDEX FILE                     the file is written
 * TYPE is the number of a TF_DataType. For each output its sizes are printed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tensorflow/c/c_api.h"

enum { MOST = 8, LONGEST = 4096 };

static void fail(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  exit(1);
}

static void check(const TF_Status *status, const char *what) {
  if (TF_GetCode(status) != TF_OK) fail(what, TF_Message(status));
}


static TF_Output named(TF_Graph *graph, const char *operation, int index) {
  TF_Output place = {TF_GraphOperationByName(graph, operation), index};
  if (place.oper == NULL) fail(operation, "no such operation");
  return place;
}

static TF_Tensor *read_tensor(const char *path, int type, const int64_t *sizes, int rank) {
  size_t bytes = TF_DataTypeSize((TF_DataType)type);
  for (int i = 0; i < rank; i++) bytes *= (size_t)sizes[i];
  TF_Tensor *tensor = TF_AllocateTensor((TF_DataType)type, sizes, rank, bytes);
  FILE *file = fopen(path, "rb");
  if (file == NULL) fail(path, "cannot be opened");
  if (fread(TF_TensorData(tensor), 1, bytes, file) != bytes) fail(path, "is too short");
  fclose(file);
  return tensor;
}

static void write_tensor(const char *path, const TF_Tensor *tensor) {
  FILE *file = fopen(path, "wb");
  if (file == NULL) fail(path, "cannot be opened");
  fwrite(TF_TensorData(tensor), 1, TF_TensorByteSize(tensor), file);
  fclose(file);
  for (int i = 0; i < TF_NumDims(tensor); i++) printf("%lld ", (long long)TF_Dim(tensor, i));
  printf("\n");
}

int main(int count, char **arguments) {
  if (count != 2) fail("usage", "ask FOLDER < REQUEST");
  TF_Status *status = TF_NewStatus();
  TF_Graph *graph = TF_NewGraph();
  TF_SessionOptions *options = TF_NewSessionOptions();
  const char *tags[] = {"serve"};
  TF_Session *session =
      TF_LoadSessionFromSavedModel(options, NULL, arguments[1], tags, 1, graph, NULL, status);
  check(status, arguments[1]);

  TF_Output inputs[MOST], outputs[MOST];
  TF_Tensor *given[MOST], *found[MOST];
  char files[MOST][LONGEST], kind[16], operation[LONGEST], path[LONGEST];
  int fed = 0, fetched = 0, index, type, rank;
  while (scanf("%15s %4095s %d", kind, operation, &index) == 3) {
    if (fed == MOST || fetched == MOST) fail("REQUEST", "too many tensors");
    if (strcmp(kind, "output") == 0) {
      outputs[fetched] = named(graph, operation, index);
      if (scanf("%4095s", files[fetched++]) != 1) fail("REQUEST", "an output has no file");
      continue;
    }
    int64_t sizes[MOST];
    if (scanf("%d %4095s %d", &type, path, &rank) != 3 || rank > MOST) fail("REQUEST", kind);
    for (int i = 0; i < rank; i++) {
      long long size;
      if (scanf("%lld", &size) != 1) fail("REQUEST", "a size is missing");
      sizes[i] = size;
    }
    inputs[fed] = named(graph, operation, index);
    given[fed++] = read_tensor(path, type, sizes, rank);
  }
  TF_SessionRun(session, NULL, inputs, given, fed, outputs, found, fetched, NULL, 0, NULL, status);
  check(status, "request");
  for (int i = 0; i < fetched; i++) write_tensor(files[i], found[i]);
  TF_CloseSession(session, status);
  TF_DeleteSession(session, status);
  return 0;
}
