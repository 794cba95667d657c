-- What becomes of money that is authorized after a hold on the apartment has ended; '': as
-- the deployment says.
ALTER TABLE apartments ADD COLUMN late_money TEXT NOT NULL DEFAULT '';
