/* Ask a SavedModel questions, without Python.
 *
 *     ask FOLDER < REQUESTS
 *
 * The model is loaded once and answers one request after the other. A request has a line for each
 * tensor and ends with "run":
 *     input OPERATION INDEX TYPE FILE RANK SIZE...    the file holds the raw values, of texts each
 *                                                     with a zero after it
 *     output OPERATION INDEX FILE                     the file is written
 *     run
 * TYPE is the number of a TF_DataType. For each output its sizes are printed; for a request that
 * fails, "failed" and the message in one line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tensorflow/c/c_api.h"
#include "tensorflow/c/tf_tstring.h"

enum { MOST = 16, LONGEST = 4096 };

typedef struct {
  TF_Output inputs[MOST], outputs[MOST];
  TF_Tensor *given[MOST];
  char files[MOST][LONGEST];
  int fed, fetched;
} Request;

static void fail(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  exit(1);
}

static TF_Output read_place(TF_Graph *graph) {
  char operation[LONGEST];
  int index;
  if (scanf("%4095s %d", operation, &index) != 2) fail("REQUEST", "a tensor has no name");
  TF_Output place = {TF_GraphOperationByName(graph, operation), index};
  if (place.oper == NULL) fail(operation, "no such operation");
  return place;
}

/* Return the number of values of a tensor. */
static int64_t count_values(const TF_Tensor *tensor) {
  int64_t count = 1;
  for (int i = 0; i < TF_NumDims(tensor); i++) count *= TF_Dim(tensor, i);
  return count;
}

static void read_texts(const char *path, FILE *file, TF_Tensor *tensor) {
  TF_TString *texts = TF_TensorData(tensor);
  char text[LONGEST];
  for (int64_t i = 0; i < count_values(tensor); i++) {
    size_t length = 0;
    int letter;
    while ((letter = fgetc(file)) > 0 && length < LONGEST) text[length++] = (char)letter;
    if (letter != 0) fail(path, "a text does not end");
    TF_StringInit(&texts[i]);
    TF_StringCopy(&texts[i], text, length);
  }
}

static TF_Tensor *read_tensor(const char *path, int type, const int64_t *sizes, int rank) {
  size_t bytes = type == TF_STRING ? sizeof(TF_TString) : TF_DataTypeSize((TF_DataType)type);
  for (int i = 0; i < rank; i++) bytes *= (size_t)sizes[i];
  TF_Tensor *tensor = TF_AllocateTensor((TF_DataType)type, sizes, rank, bytes);
  FILE *file = fopen(path, "rb");
  if (file == NULL) fail(path, "cannot be opened");
  if (type == TF_STRING) {
    read_texts(path, file, tensor);
  } else if (fread(TF_TensorData(tensor), 1, bytes, file) != bytes) {
    fail(path, "is too short");
  }
  fclose(file);
  return tensor;
}

static void write_texts(FILE *file, const TF_Tensor *tensor) {
  const TF_TString *texts = TF_TensorData(tensor);
  for (int64_t i = 0; i < count_values(tensor); i++) {
    fwrite(TF_StringGetDataPointer(&texts[i]), 1, TF_StringGetSize(&texts[i]), file);
    fputc(0, file);
  }
}

static void write_tensor(const char *path, const TF_Tensor *tensor) {
  FILE *file = fopen(path, "wb");
  if (file == NULL) fail(path, "cannot be opened");
  if (TF_TensorType(tensor) == TF_STRING) {
    write_texts(file, tensor);
  } else {
    fwrite(TF_TensorData(tensor), 1, TF_TensorByteSize(tensor), file);
  }
  fclose(file);
  for (int i = 0; i < TF_NumDims(tensor); i++) printf("%lld ", (long long)TF_Dim(tensor, i));
  printf("\n");
}

/* Free a tensor and the texts in it. */
static void delete_tensor(TF_Tensor *tensor) {
  if (TF_TensorType(tensor) == TF_STRING) {
    TF_TString *texts = TF_TensorData(tensor);
    for (int64_t i = 0; i < count_values(tensor); i++) TF_StringDealloc(&texts[i]);
  }
  TF_DeleteTensor(tensor);
}

static void read_input(TF_Graph *graph, Request *request) {
  char path[LONGEST];
  int type, rank;
  int64_t sizes[MOST];
  if (request->fed == MOST) fail("REQUEST", "too many inputs");
  request->inputs[request->fed] = read_place(graph);
  if (scanf("%d %4095s %d", &type, path, &rank) != 3 || rank > MOST) fail("REQUEST", "an input");
  for (int i = 0; i < rank; i++) {
    long long size;
    if (scanf("%lld", &size) != 1) fail("REQUEST", "a size is missing");
    sizes[i] = size;
  }
  request->given[request->fed++] = read_tensor(path, type, sizes, rank);
}

static void read_output(TF_Graph *graph, Request *request) {
  if (request->fetched == MOST) fail("REQUEST", "too many outputs");
  request->outputs[request->fetched] = read_place(graph);
  if (scanf("%4095s", request->files[request->fetched++]) != 1) fail("REQUEST", "an output");
}

static void print_failure(const char *message) {
  printf("failed ");
  for (; *message != '\0'; message++) putchar(*message == '\n' ? ' ' : *message);
  printf("\n");
}

static void answer(TF_Session *session, const Request *request, TF_Status *status) {
  TF_Tensor *found[MOST];
  TF_SessionRun(session, NULL, request->inputs, request->given, request->fed, request->outputs,
                found, request->fetched, NULL, 0, NULL, status);
  if (TF_GetCode(status) != TF_OK) {
    print_failure(TF_Message(status));
  } else {
    for (int i = 0; i < request->fetched; i++) {
      write_tensor(request->files[i], found[i]);
      delete_tensor(found[i]);
    }
  }
  for (int i = 0; i < request->fed; i++) delete_tensor(request->given[i]);
}

int main(int count, char **arguments) {
  if (count != 2) fail("usage", "ask FOLDER < REQUESTS");
  TF_Status *status = TF_NewStatus();
  TF_Graph *graph = TF_NewGraph();
  TF_SessionOptions *options = TF_NewSessionOptions();
  const char *tags[] = {"serve"};
  TF_Session *session =
      TF_LoadSessionFromSavedModel(options, NULL, arguments[1], tags, 1, graph, NULL, status);
  if (TF_GetCode(status) != TF_OK) fail(arguments[1], TF_Message(status));
  char word[16];
  Request request = {.fed = 0};
  while (scanf("%15s", word) == 1) {
    if (strcmp(word, "input") == 0) read_input(graph, &request);
    if (strcmp(word, "output") == 0) read_output(graph, &request);
    if (strcmp(word, "run") != 0) continue;
    answer(session, &request, status);
    request.fed = request.fetched = 0;
  }
  TF_CloseSession(session, status);
  TF_DeleteSession(session, status);
  TF_DeleteSessionOptions(options);
  TF_DeleteGraph(graph);
  TF_DeleteStatus(status);
  return 0;
}
