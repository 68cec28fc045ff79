using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Sillage.SocketIO.Handlers;

/// <summary>A handler that was registered, compiled.</summary>
/// <param name="Invoke">Calls it.</param>
/// <param name="NeedsServices">Whether any of its parameters is a service.</param>
/// <param name="Acknowledges">Whether it takes the acknowledgement into its own hands.</param>
internal sealed record CompiledHandler(
    Func<EventInvocation, ValueTask<HandlerResult>> Invoke,
    bool NeedsServices,
    bool Acknowledges
);

/// <summary>
/// Compiles handlers, once each. A parameter is, by its type: the socket, a cancellation token, the event's arguments as they
/// came, what the occasion brings (a disconnection), a service; any other is the next argument of the event.
/// </summary>
internal static class HandlerCompiler
{
    private static readonly MethodInfo ArgumentMethod = typeof(EventInvocation).GetMethod(
        nameof(EventInvocation.Argument)
    )!;

    private static readonly MethodInfo RequiredServiceMethod = typeof(ServiceProviderServiceExtensions).GetMethod(
        nameof(ServiceProviderServiceExtensions.GetRequiredService),
        1,
        [typeof(IServiceProvider)]
    )!;

    private static readonly MethodInfo KeyedServiceMethod = typeof(ServiceProviderKeyedServiceExtensions).GetMethod(
        nameof(ServiceProviderKeyedServiceExtensions.GetRequiredKeyedService),
        1,
        [typeof(IServiceProvider), typeof(object)]
    )!;

    /// <summary>Compiles a handler.</summary>
    /// <param name="handler">The program's method.</param>
    /// <param name="services">Tells which types are services; null where there are none.</param>
    /// <param name="occasion">The type of what the occasion brings; null for events.</param>
    public static CompiledHandler Compile(Delegate handler, IServiceProviderIsService? services, Type? occasion = null)
    {
        var invocation = Expression.Parameter(typeof(EventInvocation), "invocation");
        var next = 0;
        var needsServices = false;
        var acknowledges = false;
        var nullability = new NullabilityInfoContext();
        var arguments = new List<Expression>();
        foreach (var parameter in handler.Method.GetParameters())
        {
            arguments.Add(Bind(parameter));
        }

        var call = Expression.Invoke(Expression.Constant(handler), arguments);
        var body = Expression.Lambda<Func<EventInvocation, ValueTask<HandlerResult>>>(Result(call), invocation);
        return new CompiledHandler(body.Compile(), needsServices, acknowledges);

        Expression Bind(ParameterInfo parameter)
        {
            var type = parameter.ParameterType;
            if (type == typeof(ClientSocket))
            {
                return Expression.Property(invocation, nameof(EventInvocation.Socket));
            }

            if (type == typeof(CancellationToken))
            {
                return Expression.Property(invocation, nameof(EventInvocation.Cancellation));
            }

            if (type == typeof(EventArguments))
            {
                return Expression.Property(invocation, nameof(EventInvocation.Arguments));
            }

            if (type == typeof(EventAck) && occasion is null)
            {
                acknowledges = true;
                return Expression.Property(invocation, nameof(EventInvocation.Ack));
            }

            if (type == typeof(EventName))
            {
                return Expression.New(
                    typeof(EventName).GetConstructor([typeof(string)])!,
                    Expression.Property(invocation, nameof(EventInvocation.Name))
                );
            }

            if (type == occasion)
            {
                return Expression.Convert(Expression.Property(invocation, nameof(EventInvocation.Occasion)), type);
            }

            if (type == typeof(IServiceProvider))
            {
                needsServices = true;
                return Expression.Property(invocation, nameof(EventInvocation.Services));
            }

            var provider = Expression.Property(invocation, nameof(EventInvocation.Services));
            if (parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is { } keyed)
            {
                needsServices = true;
                return Expression.Call(
                    KeyedServiceMethod.MakeGenericMethod(type),
                    provider,
                    Expression.Constant(keyed.Key, typeof(object))
                );
            }

            if (IsService(parameter, services))
            {
                needsServices = true;
                return Expression.Call(RequiredServiceMethod.MakeGenericMethod(type), provider);
            }

            if (occasion is not null)
            {
                throw new ArgumentException(
                    $"The parameter {parameter.Name} of type {type} is neither a service nor anything that this occasion brings.",
                    nameof(handler)
                );
            }

            var optional =
                parameter.HasDefaultValue
                || Nullable.GetUnderlyingType(type) is not null
                || !type.IsValueType && nullability.Create(parameter).WriteState is NullabilityState.Nullable;
            return Expression.Call(
                invocation,
                ArgumentMethod.MakeGenericMethod(type),
                Expression.Constant(next++),
                Expression.Constant(optional),
                parameter.HasDefaultValue && parameter.DefaultValue is not null
                    ? Expression.Constant(parameter.DefaultValue, type)
                    : Expression.Default(type)
            );
        }
    }

    private static bool IsService(ParameterInfo parameter, IServiceProviderIsService? services)
    {
        if (parameter.GetCustomAttributes().OfType<Microsoft.AspNetCore.Http.Metadata.IFromServiceMetadata>().Any())
        {
            return true;
        }

        // A list of anything counts as a service to the container; here it is far more likely an argument.
        var type = parameter.ParameterType;
        var isList = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IEnumerable<>);
        return !isList && services?.IsService(type) is true;
    }

    private static Expression Result(Expression call)
    {
        var type = call.Type;
        if (type == typeof(void))
        {
            return Expression.Block(call, Expression.Default(typeof(ValueTask<HandlerResult>)));
        }

        if (type == typeof(Task) || type == typeof(ValueTask))
        {
            return Expression.Call(typeof(HandlerCompiler), nameof(Nothing), null, call);
        }

        var generic = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        return generic == typeof(Task<>) || generic == typeof(ValueTask<>)
            ? Expression.Call(typeof(HandlerCompiler), nameof(Something), type.GetGenericArguments(), call)
            : Expression.Call(typeof(HandlerCompiler), nameof(Now), null, Expression.Convert(call, typeof(object)));
    }

    private static ValueTask<HandlerResult> Now(object? value) => new(new HandlerResult(true, value));

    private static ValueTask<HandlerResult> Nothing(Task task) => Nothing(new ValueTask(task));

    private static ValueTask<HandlerResult> Nothing(ValueTask task)
    {
        return task.IsCompletedSuccessfully ? default : AwaitAsync(task);

        static async ValueTask<HandlerResult> AwaitAsync(ValueTask task)
        {
            await task;
            return HandlerResult.Nothing;
        }
    }

    private static async ValueTask<HandlerResult> Something<T>(Task<T> task) => new(true, await task);

    private static async ValueTask<HandlerResult> Something<T>(ValueTask<T> task) => new(true, await task);
}
