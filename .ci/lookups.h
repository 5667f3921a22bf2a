/* Look-ups by name, remembered where they stand. mypyc reads the fields of a msgspec Struct as those of any object,
   through three functions and a hash table, ten times slower than the interpreter, which remembers where in the object
   a field lies. So does this; and the same for globals of a module.

   CPython up to 3.13: a type has another version after every change, and a dict too. Elsewhere: mypyc's own way. */
#if PY_VERSION_HEX < 0x030e0000 && !defined(Py_GIL_DISABLED) && defined(__GNUC__)
#pragma GCC diagnostic ignored "-Wdeprecated-declarations" /* a dict's version goes with 3.14 */

typedef struct {
    unsigned int version; /* of the type that was seen here last */
    Py_ssize_t offset;    /* of the slot in its objects; 0 when there is none, or not for this purpose */
} Slot;

/* Where in the objects of a type a field lies that is a slot; 0 for any other attribute. */
static Py_ssize_t slot_offset(PyTypeObject *type, PyObject *name) {
    PyObject *found = _PyType_Lookup(type, name);
    if (found == NULL || !Py_IS_TYPE(found, &PyMemberDescr_Type)) return 0;
    PyMemberDef *member = ((PyMemberDescrObject *)found)->d_member;
    return member->type == T_OBJECT_EX && !(member->flags & READONLY) ? member->offset : 0;
}

static Py_NO_INLINE PyObject *slot_learn(PyObject *object, PyObject *name, Slot *slot) {
    PyTypeObject *type = Py_TYPE(object);
    PyObject *value = PyObject_GetAttr(object, name);
    int plain = value != NULL && type->tp_version_tag != 0 && type->tp_getattro == PyObject_GenericGetAttr;
    slot->offset = plain ? slot_offset(type, name) : 0;
    slot->version = type->tp_version_tag;
    return value;
}

static inline PyObject *slot_read(PyObject *object, PyObject *name, Slot *slot) {
    if (unlikely(Py_TYPE(object)->tp_version_tag != slot->version)) return slot_learn(object, name, slot);
    if (likely(slot->offset != 0)) {
        PyObject *value = *(PyObject **)((char *)object + slot->offset);
        if (likely(value != NULL)) return Py_NewRef(value);
    }
    return PyObject_GetAttr(object, name);
}

/* Python's way to set a slot, and msgspec's for a Struct that is not frozen. That does one thing more: it shows the object
   to the garbage collector with the first value that the collector knows. Such a value goes the long way. */
static Py_NO_INLINE int slot_learn_write(PyObject *object, PyObject *name, PyObject *value, Slot *slot) {
    PyTypeObject *type = Py_TYPE(object);
    int status = PyObject_SetAttr(object, name, value);
    int plain = type->tp_setattro == PyObject_GenericSetAttr ||
                strcmp(Py_TYPE(type)->tp_name, "msgspec._core.StructMeta") == 0;
    slot->offset = plain && status == 0 && type->tp_version_tag != 0 ? slot_offset(type, name) : 0;
    slot->version = type->tp_version_tag;
    return status;
}

static inline int slot_write(PyObject *object, PyObject *name, PyObject *value, Slot *slot) {
    if (unlikely(Py_TYPE(object)->tp_version_tag != slot->version)) return slot_learn_write(object, name, value, slot);
    if (likely(slot->offset != 0 && !PyType_IS_GC(Py_TYPE(value)))) {
        PyObject **place = (PyObject **)((char *)object + slot->offset);
        Py_XSETREF(*place, Py_NewRef(value));
        return 0;
    }
    return PyObject_SetAttr(object, name, value);
}

typedef struct {
    uint64_t version; /* of the module's dict when it was looked into */
    PyObject *value;  /* kept alive by that dict */
} Global;

static Py_NO_INLINE PyObject *global_learn(PyObject *globals, PyObject *name, Global *global) {
    PyObject *value = CPyDict_GetItem(globals, name);
    if (value != NULL) {
        global->version = ((PyDictObject *)globals)->ma_version_tag;
        global->value = value;
    }
    return value;
}

static inline PyObject *global_read(PyObject *globals, PyObject *name, Global *global) {
    if (unlikely(((PyDictObject *)globals)->ma_version_tag != global->version)) return global_learn(globals, name, global);
    return Py_NewRef(global->value);
}

#define SLOT_READ(object, name) ({ static Slot slot = {UINT_MAX, 0}; slot_read(object, name, &slot); })
#define SLOT_WRITE(object, name, value) \
    ({ static Slot slot = {UINT_MAX, 0}; slot_write(object, name, value, &slot); })
#define GLOBAL_READ(globals, name) ({ static Global global = {0, NULL}; global_read(globals, name, &global); })

#else
#define SLOT_READ(object, name) CPyObject_GetAttr(object, name)
#define SLOT_WRITE(object, name, value) PyObject_SetAttr(object, name, value)
#define GLOBAL_READ(globals, name) CPyDict_GetItem(globals, name)
#endif
