/** Money of a worker that moves: advances, their repayment, withdrawals. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import {
  anyId,
  decimalSchema,
  defined,
  defineRoute,
  GuildhallError,
  idParam,
  json,
  pageQuery,
  pageSchema,
  type RouteEnv,
  respond,
} from '../../../kernel/index.ts';
import { LOAN_STATUSES } from '../loans.ts';
import type { Access } from './access.ts';
import { activeLoanSchema, eligibilitySchema, loanSchema } from './money-schemas.ts';
import { transactionSchema } from './schemas.ts';

const amount = (example: string) => decimalSchema({ min: 'positive', example });
const newAdvance = z
  .strictObject({ amount: amount('100').openapi({ description: '1 to 500 USDC.' }) })
  .openapi('NewAdvance', { example: { amount: '100' } });
const repayment = z
  .strictObject({ amount: amount('40') })
  .openapi('Repayment', { example: { amount: '40' } });
const writeOff = z
  .strictObject({
    reason: z.string().min(1).max(1_000).openapi({ description: 'Kept in the audit trail.' }),
  })
  .openapi('WriteOff', { example: { reason: 'The account was closed.' } });
const newWithdrawal = z
  .strictObject({
    amount: amount('50').openapi({ description: '1 USDC or more.' }),
    toAddress: z.string().max(100).optional().openapi({
      example: '0x52908400098527886E0F7030069857D2E4169EE7',
      description: 'Default: the wallet of the worker.',
    }),
    rail: z.string().max(100).optional().openapi({ example: 'sandbox' }),
  })
  .openapi('NewWithdrawal', { example: { amount: '50' } });

export function addAdvanceRoutes(router: OpenAPIHono<RouteEnv>, access: Access): void {
  const request = { params: idParam('wrk') };

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/workers/{id}/advance/eligibility',
      operationId: 'getAdvanceEligibility',
      tags: ['advances'],
      summary: 'Whether and how much may be advanced',
      request,
      responses: {
        200: { description: 'Limits, fee, and what is missing.', content: json(eligibilitySchema) },
      },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const service = access.service(c);
      await access.worker(c, service, id);
      return respond(c, 200, await service.checkAdvanceEligibility(id));
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/workers/{id}/advance',
      operationId: 'requestAdvance',
      tags: ['advances'],
      summary: 'Ask for an advance',
      description:
        'Approved and paid into the balance at once, or refused: `active_loan_exists`, `not_eligible` (with the reasons), `invalid_amount`, `amount_exceeds_limit`. A fifth is withheld from each later payout.',
      limits: { needsKey: 'An advance' },
      request: { ...request, body: { content: json(newAdvance) } },
      responses: { 201: { description: 'The loan.', content: json(loanSchema) } },
    }),
    (c) =>
      access.once(c, 201, async (service) => {
        const { id } = c.req.valid('param');
        await access.worker(c, service, id);
        return service.requestAdvance(id, c.req.valid('json'));
      }),
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/workers/{id}/loans',
      operationId: 'listLoans',
      tags: ['advances'],
      summary: 'Advances of a worker',
      request: { ...request, query: pageQuery.extend({ status: z.enum(LOAN_STATUSES).optional() }) },
      responses: { 200: { description: 'Newest first.', content: json(pageSchema(loanSchema)) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const service = access.service(c);
      await access.worker(c, service, id);
      return respond(c, 200, await service.listLoans(id, defined(c.req.valid('query'))));
    },
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/workers/{id}/loans/active',
      operationId: 'getActiveLoan',
      tags: ['advances'],
      summary: 'The advance of which something is due',
      request,
      responses: {
        200: {
          description: 'With its progress, also when it is overdue or was written off; null without one.',
          content: json(z.object({ activeLoan: activeLoanSchema.nullable() })),
        },
      },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const service = access.service(c);
      await access.worker(c, service, id);
      return respond(c, 200, { activeLoan: await service.getActiveLoan(id) });
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/workers/{id}/loans/{loanId}/repay',
      operationId: 'repayLoan',
      tags: ['advances'],
      summary: 'Repay from the balance',
      description: 'Any part of what is due, also of an advance that is overdue or was written off.',
      limits: { needsKey: 'A repayment' },
      request: {
        params: z.object({ id: anyId('wrk'), loanId: anyId('lon') }),
        body: { content: json(repayment) },
      },
      responses: { 200: { description: 'The loan.', content: json(loanSchema) } },
    }),
    (c) =>
      access.once(c, 200, async (service) => {
        const { id, loanId } = c.req.valid('param');
        await access.worker(c, service, id);
        const open = await service.getActiveLoan(id);
        if (open?.id !== loanId) {
          throw new GuildhallError('not_found', 'Loan not found', {
            field: 'loanId',
            reason: 'no_open_loan',
            hint: 'It is not this worker’s, or nothing of it is due.',
          });
        }
        return service.repayAdvance(id, c.req.valid('json').amount);
      }),
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/loans/{id}/write-off',
      operationId: 'writeOffLoan',
      tags: ['advances'],
      summary: 'Book what is left of an overdue advance as a loss',
      description:
        'For administrators, and for a loan that is `defaulted` (else 409 `loan_not_defaulted`). It is owed still: what is repaid later makes the loss smaller.',
      limits: { needsKey: 'A write-off' },
      request: { params: idParam('lon'), body: { content: json(writeOff) } },
      responses: { 200: { description: 'The loan.', content: json(loanSchema) } },
    }),
    (c) => {
      access.admin(c);
      return access.once(c, 200, (service) =>
        service.writeOffLoan(c.req.valid('param').id, c.req.valid('json')),
      );
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/workers/{id}/withdrawals',
      operationId: 'withdraw',
      tags: ['workers'],
      summary: 'Send money from the balance to a wallet',
      description:
        'Out of the balance at once; `completed` when the rail has confirmed it, and back in the balance when it failed.',
      limits: { needsKey: 'A withdrawal' },
      request: { ...request, body: { content: json(newWithdrawal) } },
      responses: { 201: { description: 'The transaction, pending.', content: json(transactionSchema) } },
    }),
    (c) =>
      access.once(c, 201, async (service) => {
        const { id } = c.req.valid('param');
        await access.worker(c, service, id);
        return service.withdraw(id, defined(c.req.valid('json')));
      }),
  );
}
