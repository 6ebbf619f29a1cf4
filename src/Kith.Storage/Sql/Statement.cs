using SQLitePCL;

namespace Kith.Storage.Sql;

/// <summary>A compiled statement. Parameters count from 1, columns from 0.</summary>
internal sealed class Statement(Database database, sqlite3_stmt handle) : IDisposable
{
    public Statement Bind(int parameter, long value)
    {
        database.Check(raw.sqlite3_bind_int64(handle, parameter, value));
        return this;
    }

    public Statement Bind(int parameter, long? value)
    {
        database.Check(value is { } number ? raw.sqlite3_bind_int64(handle, parameter, number) : raw.sqlite3_bind_null(handle, parameter));
        return this;
    }

    public Statement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        database.Check(raw.sqlite3_bind_blob(handle, parameter, value));
        return this;
    }

    /// <summary>Runs a statement that gives no rows; how many it changed.</summary>
    public int Execute()
    {
        var code = raw.sqlite3_step(handle);
        var changes = code == raw.SQLITE_DONE ? database.Changes() : 0;
        var error = code == raw.SQLITE_DONE ? null : database.Fault(code);
        _ = raw.sqlite3_reset(handle); // repeats the code of the step
        return error is null ? changes : throw error;
    }

    /// <summary>Runs a query; the statement is free again when the rows are disposed.</summary>
    public Rows Query() => new(this);

    public void Dispose() => handle.Dispose();

    private bool Step()
    {
        var code = raw.sqlite3_step(handle);
        return code switch
        {
            raw.SQLITE_ROW => true,
            raw.SQLITE_DONE => false,
            _ => throw database.Fault(code),
        };
    }

    /// <summary>The rows of a query, one at a time. Spans are valid until the next row.</summary>
    public readonly ref struct Rows(Statement statement)
    {
        public bool Next() => statement.Step();

        public long Int64(int column) => raw.sqlite3_column_int64(statement.Handle, column);

        public long? NullableInt64(int column) =>
            raw.sqlite3_column_type(statement.Handle, column) == raw.SQLITE_NULL ? null : Int64(column);

        public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(statement.Handle, column);

        public void Dispose() => raw.sqlite3_reset(statement.Handle);
    }

    private sqlite3_stmt Handle => handle;
}
